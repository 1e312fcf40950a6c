package control

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// devices is the JSON of devices with the ids from first up to, but without, end.
func devices(first, end int) string {
	var items []string
	for id := first; id < end; id++ {
		items = append(items, fmt.Sprintf(`{"id":%d}`, id))
	}
	return "[" + strings.Join(items, ",") + "]"
}

func object(list string, total int) reply {
	return ok(fmt.Sprintf(`{"devices":%s,"limit":1000,"offset":0,"total":%d}`, list, total))
}

// CONTRACT.md 1.21, 1.22, 1.23, 1.34, 1.35, 5.6
func TestEveryPageOfAListIsRead(t *testing.T) {
	t.Parallel()
	untotalled := func(list string) reply { return ok(`{"devices":` + list + `}`) }
	for name, tc := range map[string]struct {
		replies []reply
		items   int
		offsets []string
	}{
		"one page with a total":          {[]reply{object(devices(0, 3), 3)}, 3, []string{"0"}},
		"three pages with a total":       {[]reply{object(devices(0, 1000), 2001), object(devices(1000, 2000), 2001), object(devices(2000, 2001), 2001)}, 2001, []string{"0", "1000", "2000"}},
		"a full last page with a total":  {[]reply{object(devices(0, 1000), 1000)}, 1000, []string{"0"}},
		"smaller pages than asked for":   {[]reply{object(devices(0, 50), 80), object(devices(50, 80), 80)}, 80, []string{"0", "50"}},
		"no total, short page":           {[]reply{untotalled(devices(0, 1000)), untotalled(devices(1000, 1500))}, 1500, []string{"0", "1000"}},
		"no total, empty page":           {[]reply{untotalled(devices(0, 1000)), untotalled("[]")}, 1000, []string{"0", "1000"}},
		"bare array":                     {[]reply{ok(devices(0, 1000)), ok(devices(1000, 1001))}, 1001, []string{"0", "1000"}},
		"bare array without pages":       {[]reply{ok(devices(0, 1500))}, 1500, []string{"0", "1500"}},
		"total 10.0":                     {[]reply{ok(`{"total":2.0,"devices":` + devices(0, 2) + `}`)}, 2, []string{"0"}},
		"total that is none":             {[]reply{ok(`{"total":null,"devices":` + devices(0, 2) + `}`)}, 2, []string{"0"}},
		"empty object":                   {[]reply{object("[]", 0)}, 0, []string{"0"}},
		"empty array":                    {[]reply{ok(" [ ] ")}, 0, []string{"0"}},
		"shorter than its total":         {[]reply{object(devices(0, 5), 9), object("[]", 4)}, 5, []string{"0", "5"}},
		"no total, the offset is passed": {[]reply{untotalled(devices(0, 1200))}, 1200, []string{"0", "1200"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, w := scripted(t, tc.replies...)
			got, err := c.GroupDevices(t.Context(), "g")
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != tc.items {
				t.Errorf("%d items; want %d", len(got), tc.items)
			}
			for i, d := range got {
				if d.ID != fmt.Sprint(i) {
					t.Fatalf("item %d has the id %s", i, d.ID)
				}
			}
			var offsets []string
			for _, s := range w.sent {
				offsets = append(offsets, s.query.Get("offset"))
				if s.query.Get("limit") != "1000" {
					t.Errorf("asked for pages of %q", s.query.Get("limit"))
				}
			}
			if diff := cmp.Diff(tc.offsets, offsets); diff != "" {
				t.Errorf("offsets (-want +got):\n%s", diff)
			}
		})
	}
}

// A device that leaves the group between two pages moves the later ones forward: the first of them would be on no page. One that joins
// moves them back, so that one of them comes twice.
//
// CONTRACT.md 1.25
func TestAListThatChangesBetweenItsPagesIsReadAgain(t *testing.T) {
	t.Parallel()
	again := []reply{object(devices(0, 1000), 1004), object(devices(1000, 1004), 1004)}
	for name, tc := range map[string]struct {
		replies []reply
		items   int
		sent    int
	}{
		"one leaves":                {append([]reply{object(devices(0, 1000), 1005), object(devices(1001, 1005), 1004)}, again...), 1004, 4},
		"one leaves, no other page": {[]reply{object(devices(0, 1000), 1001), object("[]", 1000), object(devices(0, 1000), 1000)}, 1000, 3},
		"two leave, no other page":  {[]reply{object(devices(0, 1000), 1001), object("[]", 999), object(devices(0, 999), 999)}, 999, 3},
		"one joins":                 {append([]reply{object(devices(0, 1000), 1003), object(devices(999, 1003), 1004)}, again...), 1004, 4},
		"one joins, one leaves":     {append([]reply{object(devices(0, 1000), 1004), object(devices(999, 1003), 1004)}, again...), 1004, 4},
		"one joins, no total":       {append([]reply{ok(devices(0, 1000)), ok(devices(999, 1003))}, again...), 1004, 4},
		"it changes all the time": {[]reply{
			object(devices(0, 1000), 1005), object(devices(1000, 1004), 1004), object(devices(0, 1000), 1005), object(devices(1000, 1004), 1004),
			object(devices(0, 1000), 1005), object(devices(1000, 1004), 1004),
		}, 1004, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, w := scripted(t, tc.replies...)
			got, err := c.GroupDevices(t.Context(), "g")
			if err != nil || len(got) != tc.items || len(w.sent) != tc.sent {
				t.Errorf("%d items after %d requests, %v; want %d after %d", len(got), len(w.sent), err, tc.items, tc.sent)
			}
		})
	}
}

// CONTRACT.md 1.24
func TestInvalidListIsAnError(t *testing.T) {
	t.Parallel()
	for name, replies := range map[string][]reply{
		"other key":                      {ok(`{"entries":[],"total":0}`)},
		"null":                           {ok(`{"devices":null,"total":0}`)},
		"null at all":                    {ok(`null`)},
		"no list":                        {ok(`{"devices":{"id":1}}`)},
		"text":                           {ok(`"devices"`)},
		"item, no id":                    {ok(`[{"id":1},{"name":"x"}]`)},
		"item, no item":                  {ok(`[{"id":1},"x"]`)},
		"second page":                    {object(devices(0, 1000), 1001), ok(`{}`)},
		"the first page again and again": {object(devices(0, 1000), 1500)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range replies {
				replies[i].header = map[string]string{"X-Request-Id": "req_8"}
			}
			c, _ := scripted(t, replies...)
			got, err := c.GroupDevices(t.Context(), "g")
			_ = asError[*BodyError](t, err)
			mustContain(t, err.Error(), "could not list the members of the device group", "req_8")
			if got != nil {
				t.Errorf("%d items came with the error", len(got))
			}
		})
	}
}

// CONTRACT.md 1.16, 1.33, 5.1
func TestAListNamesTheOrganization(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok("[]"))
	if _, err := c.Groups(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.sent[0].query.Encode(); got != "limit=1000&offset=0&org_id=demo" {
		t.Errorf("asked with %s", got)
	}
	if c.OrgID() != "demo" {
		t.Errorf("the client's organization is %q", c.OrgID())
	}
	c.orgID = ""
	if _, err := c.Models(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.sent[1].query.Encode(); got != "limit=100&offset=0" {
		t.Errorf("asked with %s", got)
	}
}
