package version

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestNewestVersion(t *testing.T) {
	t.Parallel()
	some := []string{"1.0.0", "1.10.0", "1.9.3", "2.0.0", "2.1.0-beta.1", "nightly", "1.10.0-rc.1"}
	for constraint, want := range map[string]string{
		"~> 1.0": "1.10.0", "~> 1.9.0": "1.9.3", ">= 1.0, < 1.10": "1.9.3", "> 1.0": "2.0.0", "= 1.0.0": "1.0.0", "!= 2.0.0": "1.10.0",
		">= 2.1.0-alpha": "2.1.0-beta.1", "1.9.3": "1.9.3", "~> 1.10.0-rc.1": "1.10.0-rc.1",
	} {
		got, message, _ := run(t, newestVersion{}, words(some...), types.StringValue(constraint))
		if message != "" || !got.Equal(types.StringValue(want)) {
			t.Errorf("the newest of %v that fits %q is %v (%s), want %s", some, constraint, got, message, want)
		}
	}
	for _, test := range []struct {
		versions   []string
		constraint string
		want       string
	}{
		{some, "~> 3.0", `no version satisfies "~> 3.0"; the versions are 1.0.0, 1.10.0`},
		{nil, "~> 3.0", "the list is empty"},
		{strings.Split(strings.Repeat("1.0.0 ", 12), " ")[:12], "> 1", "and 2 more"},
		{some, "one", `"one" is not a version constraint`},
		{some, "", "is not a version constraint"},
	} {
		if _, message, argument := run(t, newestVersion{}, words(test.versions...), types.StringValue(test.constraint)); !strings.Contains(message, test.want) || argument != 1 {
			t.Errorf("the newest of %v that fits %q: %q of argument %d, want %q of 1", test.versions, test.constraint, message, argument, test.want)
		}
	}
}

func TestNewestVersionOfNull(t *testing.T) {
	t.Parallel()
	list := types.ListValueMust(types.StringType, []attr.Value{types.StringValue("1.0.0"), types.StringNull()})
	_, message, argument := run(t, newestVersion{}, list, types.StringValue("~> 1.0"))
	if !strings.HasPrefix(message, "element 1 of the list is null. Remove null elements") || argument != 0 {
		t.Errorf("%q of argument %d", message, argument)
	}
}
