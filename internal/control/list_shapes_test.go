package control

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// listCall is one list call of the client.
type listCall struct {
	// key is what an object names the list by, item the JSON of the nth item, with its ID.
	key  string
	item func(n int) string
	// ids calls the API and returns the IDs of the items.
	ids func(ctx context.Context, c *Client) ([]string, error)
}

func listIDs[T any](items []T, err error, id func(T) string) ([]string, error) {
	var ids []string
	for _, item := range items {
		ids = append(ids, id(item))
	}
	return ids, err
}

func itemWith(extra string) func(int) string {
	return func(n int) string { return fmt.Sprintf(`{"id":"x%03d"%s}`, n, extra) }
}

// listCalls are all list calls of the client, by the words that its errors use for them.
func listCalls() map[string]listCall {
	integration := func(s Signal) func(ctx context.Context, c *Client) ([]string, error) {
		return func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.Integrations(ctx, s)
			return listIDs(all, err, func(i Integration) string { return i.ID })
		}
	}
	return map[string]listCall{
		"list the models": {"models", itemWith(`,"name":"m"`), func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.Models(ctx)
			return listIDs(all, err, func(m Model) string { return m.ID })
		}},
		"list the versions of the model": {
			"versions", func(n int) string { return fmt.Sprintf(`{"version":"x%03d"}`, n) },
			func(ctx context.Context, c *Client) ([]string, error) {
				all, err := c.Versions(ctx, "m", "")
				return listIDs(all, err, func(v Version) string { return v.Version })
			},
		},
		"list the rollouts of the model": {
			"rollouts", itemWith(`,"version":"1.0.0","status":"completed"`), func(ctx context.Context, c *Client) ([]string, error) {
				all, err := c.Rollouts(ctx, "m")
				ids, err := listIDs(all, err, func(r Rollout) string { return r.ID })
				slices.Reverse(ids) // the client sorts them, newest first
				return ids, err
			},
		},
		"read the history of the rollout": {"history", func(n int) string { return fmt.Sprintf(`{"status":"x%03d"}`, n) }, func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.RolloutChanges(ctx, "m", "r")
			return listIDs(all, err, func(h RolloutChange) string { return string(h.Status) })
		}},
		"list the device groups": {"groups", itemWith(`,"name":"g"`), func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.Groups(ctx)
			return listIDs(all, err, func(g Group) string { return g.ID })
		}},
		"list the groups of the device": {"groups", itemWith(`,"name":"g"`), func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.DeviceGroups(ctx, "d")
			return listIDs(all, err, func(g Group) string { return g.ID })
		}},
		"list the members of the device group": {"devices", itemWith(""), func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.GroupDevices(ctx, "g")
			return listIDs(all, err, func(d Device) string { return d.ID })
		}},
		"list the devices": {"devices", itemWith(""), func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.Devices(ctx, "", "")
			return listIDs(all, err, func(d DeviceDetails) string { return d.ID })
		}},
		"read the assignments of a device": {
			"assignments", func(n int) string { return fmt.Sprintf(`{"model_id":"x%03d","version":"1.0.0"}`, n) },
			func(ctx context.Context, c *Client) ([]string, error) {
				all, err := c.DeviceAssignments(ctx, "d")
				return listIDs(all, err, func(a Assignment) string { return a.ModelID })
			},
		},
		"list the API keys": {"keys", itemWith(`,"name":"k"`), func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.APIKeys(ctx)
			return listIDs(all, err, func(k APIKey) string { return k.ID })
		}},
		"list the members of the organization": {"members", itemWith(`,"email":"a@example.com"`), func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.OrgMembers(ctx)
			return listIDs(all, err, func(m OrgMember) string { return m.ID })
		}},
		"list the experiments": {"experiments", itemWith(`,"name":"e"`), func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.Experiments(ctx)
			return listIDs(all, err, func(e Experiment) string { return e.ID })
		}},
		"list the metrics integrations": {"integrations", itemWith(`,"config":{}`), integration(Metrics)},
		"list the log integrations":     {"integrations", itemWith(`,"endpoint_url":"https://x"`), integration(Logs)},
		"list the federations": {"federations", itemWith(`,"name":"f"`), func(ctx context.Context, c *Client) ([]string, error) {
			all, err := c.Federations(ctx)
			return listIDs(all, err, func(f Federation) string { return f.ID })
		}},
		"list the members of the federation": {
			"members", func(n int) string { return fmt.Sprintf(`{"org_id":"x%03d","status":"active"}`, n) },
			func(ctx context.Context, c *Client) ([]string, error) {
				all, err := c.FederationMembers(ctx, "f")
				return listIDs(all, err, func(m FederationMember) string { return m.OrgID })
			},
		},
		"list the models of the federation": {
			"models", func(n int) string { return fmt.Sprintf(`{"model_id":"x%03d","name":"m"}`, n) },
			func(ctx context.Context, c *Client) ([]string, error) {
				all, err := c.FederationModels(ctx, "f")
				return listIDs(all, err, func(m SharedModel) string { return m.ModelID })
			},
		},
	}
}

// shapes are the forms of a list: what a body is for a key and the JSON of the items, and whether it is a list at all.
var shapes = map[string]struct {
	body   func(key, items string, n int) string
	isList bool
}{
	"bare array": {func(_, items string, _ int) string { return items }, true},
	"named key":  {func(key, items string, _ int) string { return fmt.Sprintf(`{%q:%s}`, key, items) }, true},
	"named key, total": {func(key, items string, n int) string {
		return fmt.Sprintf(`{"total":%d,"limit":5,%q:%s}`, n, key, items)
	}, true},
	"items":              {func(_, items string, _ int) string { return fmt.Sprintf(`{"items":%s,"page":1}`, items) }, true},
	"items, total":       {func(_, items string, n int) string { return fmt.Sprintf(`{"items":%s,"total":%d.0}`, items, n) }, true},
	"both, key first":    {func(key, items string, _ int) string { return fmt.Sprintf(`{"items":[],%q:%s}`, key, items) }, true},
	"null under the key": {func(key, _ string, _ int) string { return fmt.Sprintf(`{%q:null,"total":0}`, key) }, false},
	"null items":         {func(string, string, int) string { return `{"items":null}` }, false},
	"null":               {func(string, string, int) string { return `null` }, false},
	"missing":            {func(_, items string, _ int) string { return fmt.Sprintf(`{"entries":%s,"total":0}`, items) }, false},
	"empty object":       {func(string, string, int) string { return `{}` }, false},
	"object of objects":  {func(key, _ string, _ int) string { return fmt.Sprintf(`{%q:{"x000":{}}}`, key) }, false},
	"text":               {func(key, _ string, _ int) string { return fmt.Sprintf(`%q`, key) }, false},
}

// Every list call reads every form of a list, and takes nothing else for one.
//
// CONTRACT.md 1.21, 1.22, 1.24, 1.36, 1.37, 1.38
func TestEveryListInEveryShape(t *testing.T) {
	t.Parallel()
	for operation, call := range listCalls() {
		for shape, form := range shapes {
			t.Run(operation+"/"+shape, func(t *testing.T) {
				t.Parallel()
				rapid.Check(t, func(rt *rapid.T) {
					var want, items []string
					for n := range rapid.IntRange(0, 4).Draw(rt, "items") {
						want, items = append(want, fmt.Sprintf("x%03d", n)), append(items, call.item(n))
					}
					body := form.body(call.key, "["+strings.Join(items, ",")+"]", len(items))
					c, _ := scripted(t, ok(body))
					got, err := call.ids(t.Context(), c)
					switch {
					case !form.isList && err == nil:
						rt.Errorf("%s was taken for the list %v", body, got)
					case !form.isList && !strings.Contains(err.Error(), operation):
						rt.Errorf("the error does not name the operation: %v", err)
					case form.isList && err != nil:
						rt.Errorf("%s: %v", body, err)
					case form.isList && !slices.Equal(want, got):
						rt.Errorf("%s is %v; want %v", body, got, want)
					}
				})
			})
		}
	}
}

// TestListCallsAreComplete fails where the client has a list call that listCalls lacks.
func TestListCallsAreComplete(t *testing.T) {
	t.Parallel()
	written := regexp.MustCompile(`(?:listing\{operation: |get\[assignmentList\]\(ctx, c, )(?:"([^"]+)"|fmt\.Sprintf\("([^"]+)"|operation)`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	known, found := listCalls(), map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil || strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, match := range written.FindAllStringSubmatch(string(source), -1) {
			switch name := match[1] + match[2]; name {
			case "": // orgmembers.go names it in a constant
				found["list the members of the organization"] = true
			case "list the %s integrations":
				found[fmt.Sprintf(name, Metrics)], found[fmt.Sprintf(name, Logs)] = true, true
			default:
				found[name] = true
			}
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(known)), slices.Sorted(maps.Keys(found))); diff != "" {
		t.Errorf("list calls (-tested +in the client):\n%s", diff)
	}
}
