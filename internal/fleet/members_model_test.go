package fleet

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func device(id, identifier string) control.Device {
	return control.Device{ID: id, Identifier: identifier}
}

// threePhones has an identifier that is another device's id, and a device without an identifier.
func threePhones() roster {
	return newRoster([]control.Device{device("dev_3", ""), device("dev_1", "phone-1"), device("dev_2", "dev_1")})
}

func TestSpell(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prior  []string
		want   []string
		others aliases
	}{
		"an import":                       {nil, []string{"dev_1", "dev_2", "dev_3"}, aliases{"dev_1": "phone-1", "dev_2": "dev_1"}},
		"order and spelling are kept":     {[]string{"dev_3", "phone-1", "dev_2"}, []string{"dev_3", "phone-1", "dev_2"}, aliases{}},
		"one has left":                    {[]string{"dev_9", "dev_3", "dev_1", "dev_2"}, []string{"dev_3", "dev_1", "dev_2"}, aliases{}},
		"others have joined":              {[]string{"dev_3"}, []string{"dev_3", "dev_1", "dev_2"}, aliases{"dev_1": "phone-1", "dev_2": "dev_1"}},
		"a device in both spellings":      {[]string{"phone-1", "dev_1"}, []string{"phone-1", "dev_2", "dev_3"}, aliases{"dev_2": "dev_1"}},
		"an id before an identifier":      {[]string{"dev_1"}, []string{"dev_1", "dev_2", "dev_3"}, aliases{"dev_2": "dev_1"}},
		"spelled twice in the same words": {[]string{"dev_3", "dev_3"}, []string{"dev_3", "dev_1", "dev_2"}, aliases{"dev_1": "phone-1", "dev_2": "dev_1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, others := threePhones().spell(test.prior)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the members (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.others, others); diff != "" {
				t.Errorf("the aliases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSpellAPageThatRepeatsADevice(t *testing.T) {
	t.Parallel()
	r := newRoster([]control.Device{device("dev_1", ""), device("dev_1", "")})
	if got, _ := r.spell(nil); !cmp.Equal(got, []string{"dev_1"}) {
		t.Errorf("the members are %v, want dev_1 once", got)
	}
	if due := r.changesTo(nil); !cmp.Equal(due.remove, []string{"dev_1"}) {
		t.Errorf("to remove are %v, want dev_1 once", due.remove)
	}
}

func TestChangesTo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ wanted, add, remove []string }{
		"nothing to do":   {wanted: []string{"dev_2", "phone-1", "dev_3"}},
		"add":             {wanted: []string{"dev_1", "dev_2", "dev_3", "phone-4"}, add: []string{"phone-4"}},
		"remove":          {wanted: []string{"dev_2"}, remove: []string{"dev_3", "dev_1"}},
		"both":            {wanted: []string{"dev_1", "dev_2", "dev_5"}, add: []string{"dev_5"}, remove: []string{"dev_3"}},
		"empty the group": {wanted: []string{}, remove: []string{"dev_3", "dev_1", "dev_2"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := threePhones().changesTo(test.wanted)
			if diff := cmp.Diff(changes{add: test.add, remove: test.remove}, got, cmp.AllowUnexported(changes{})); diff != "" {
				t.Errorf("the changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSpelledTwice(t *testing.T) {
	t.Parallel()
	got := threePhones().spelledTwice([]string{"dev_1", "dev_3", "phone-1", "dev_9"})
	if diff := cmp.Diff([]int{2}, got); diff != "" {
		t.Errorf("the indexes (-want +got):\n%s", diff)
	}
}

func TestSameDevices(t *testing.T) {
	t.Parallel()
	imported := aliases{"dev_1": "phone-1", "dev_2": "phone-2"}
	tests := map[string]struct {
		known          aliases
		state, planned []string
		want           bool
	}{
		"both empty":                  {nil, []string{}, []string{}, true},
		"another order":               {nil, []string{"a", "b"}, []string{"b", "a"}, true},
		"one more":                    {nil, []string{"a", "b"}, []string{"b", "a", "c"}, false},
		"another one":                 {nil, []string{"a", "b"}, []string{"a", "c"}, false},
		"by identifier after import":  {imported, []string{"dev_1", "dev_2"}, []string{"phone-2", "phone-1"}, true},
		"in part":                     {imported, []string{"dev_1", "dev_2"}, []string{"phone-2", "dev_1"}, true},
		"one device in both":          {imported, []string{"dev_1", "dev_2"}, []string{"phone-1", "dev_1"}, false},
		"an identifier no one told":   {nil, []string{"dev_1"}, []string{"phone-1"}, false},
		"an alias that is in no list": {imported, []string{"dev_3"}, []string{"phone-1"}, false},
		"an empty word":               {nil, []string{"a"}, []string{""}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.known.same(test.state, test.planned); got != test.want {
				t.Errorf("same(%v, %v) = %v, want %v", test.state, test.planned, got, test.want)
			}
		})
	}
}

func TestBlameNamesTheDevice(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status  int
		message string
		want    string
	}{
		"the longest name":        {http.StatusNotFound, "no device dev_12", "device_ids[1]"},
		"the shorter name":        {http.StatusUnprocessableEntity, "no device dev_1", "device_ids[0]"},
		"no name":                 {http.StatusBadRequest, "some device is not known", "device_ids"},
		"a group that takes none": {http.StatusConflict, "the group is dynamic", "group_id"},
		"a missing scope":         {http.StatusForbidden, "devices:write is needed for dev_1", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := change{wanted: []string{"dev_1", "dev_12"}, err: &control.APIError{StatusCode: test.status, Message: test.message}}
			if got := c.blame().String(); got != test.want {
				t.Errorf("the attribute to blame is %q, want %q", got, test.want)
			}
		})
	}
}

func TestEachOnce(t *testing.T) {
	t.Parallel()
	list := func(names ...string) types.List {
		elements := make([]attr.Value, len(names))
		for i, name := range names {
			elements[i] = types.StringValue(name)
			if name == "?" {
				elements[i] = types.StringUnknown()
			}
		}
		return types.ListValueMust(types.StringType, elements)
	}
	tests := map[string]struct {
		list     types.List
		at, says string
	}{
		"each once":    {list: list("a", "b")},
		"none":         {list: list()},
		"not known":    {list: types.ListUnknown(types.StringType)},
		"two unknowns": {list: list("?", "a", "?")},
		"twice":        {list("a", "?", "b", "a"), "device_ids[3]", "index 0"},
		"empty":        {list("a", ""), "device_ids[1]", "device_identifier"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var resp validator.ListResponse
			eachOnce{}.ValidateList(t.Context(), validator.ListRequest{Path: path.Root("device_ids"), ConfigValue: test.list}, &resp)
			expectOne(t, resp.Diagnostics, test.at, test.says)
		})
	}
}

func TestEachOnceStopsAfterAFew(t *testing.T) {
	t.Parallel()
	elements := make([]attr.Value, 5000)
	for i := range elements {
		elements[i] = types.StringValue(fmt.Sprint("dev_", i%2))
	}
	var resp validator.ListResponse
	list := types.ListValueMust(types.StringType, elements)
	eachOnce{}.ValidateList(t.Context(), validator.ListRequest{Path: path.Root("device_ids"), ConfigValue: list}, &resp)
	if got := resp.Diagnostics.ErrorsCount(); got != 10 {
		t.Errorf("got %d errors, want 10", got)
	}
}
