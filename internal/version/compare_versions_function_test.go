package version

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestCompareVersions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int64
	}{
		{"1.0.0", "1.0.0", 0}, {"1.9.0", "1.10.0", -1}, {"2.0.0", "1.10.0", 1}, {"v1.0.0", "1.0.0", 0}, {"1.0.0-rc.1", "1.0.0", -1},
		{"1.0.0+a", "1.0.0+b", 0}, {"1.0.0-alpha", "1.0.0-alpha.beta", -1}, {"1.2", "1.2.0", 0}, {"1.2.3.4", "1.2.3.5", -1},
	} {
		got, message, _ := run(t, compareVersions{}, types.StringValue(test.a), types.StringValue(test.b))
		if message != "" || !got.Equal(types.Int64Value(test.want)) {
			t.Errorf("%s against %s is %v (%s), want %d", test.a, test.b, got, message, test.want)
		}
	}
	for i, arguments := range [][2]string{{"nightly", "1.0.0"}, {"1.0.0", ""}} {
		_, message, argument := run(t, compareVersions{}, types.StringValue(arguments[0]), types.StringValue(arguments[1]))
		if !strings.Contains(message, "is not a version") || argument != int64(i) {
			t.Errorf("%v: %q of argument %d", arguments, message, argument)
		}
	}
}
