package control

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A kind whose names are unique: what is sent, what the server holds of it, with %s for further members, and what differs from it.
var uniqueKinds = map[string]struct {
	create  func(context.Context, *Client) (id string, err error)
	list    string
	ours    string
	differs []string
}{
	"device group": {
		func(ctx context.Context, c *Client) (string, error) {
			text := "24 phones"
			g, err := c.CreateGroup(ctx, GroupSettings{Name: "staging", Type: GroupStatic, Description: &text, Tags: []string{"eu", "ci"}})
			return g.ID, err
		},
		`[{"id":"7","name":"other"},%s]`,
		`{"id":"9","name":" staging","group_type":"static","description":"24 phones\n","tags":["CI","eu"]%s}`,
		[]string{
			`{"id":"9","name":"staging","group_type":"dynamic","description":"24 phones","tags":["ci","eu"]%s}`,
			`{"id":"9","name":"staging","group_type":"static","description":"of team b","tags":["ci","eu"]%s}`,
			`{"id":"9","name":"staging","group_type":"static","description":"24 phones","tags":["ci","eu","b"]%s}`,
			`{"id":"9","name":"staging","group_type":"static","description":"24 phones","tags":["ci","eu"],"rules":[{"field":"region","operator":"eq","value":"eu"}]%s}`,
			`{"id":"9","name":"staging"%s}`,
		},
	},
	"model": {
		func(ctx context.Context, c *Client) (string, error) {
			name, framework := "phi", "onnx"
			m, err := c.CreateModel(ctx, ModelSettings{Name: &name, Framework: &framework, ModelContract: []byte(`{"a":1}`)})
			return m.ID, err
		},
		`[{"id":"7","name":"other"},%s]`,
		`{"id":"9","name":"phi","framework":"ONNX","model_contract":{"a":1.0}%s}`,
		[]string{
			`{"id":"9","name":"phi","framework":"tflite","model_contract":{"a":1}%s}`,
			`{"id":"9","name":"phi","framework":"onnx","model_contract":{"a":2}%s}`,
			`{"id":"9","name":"phi","framework":"onnx","model_contract":{"a":1},"description":"of team b"%s}`,
		},
	},
	"federation": {
		func(ctx context.Context, c *Client) (string, error) {
			f, err := c.CreateFederation(ctx, "clinics", nil)
			return f.ID, err
		},
		`[{"id":"7","name":"other"},%s]`,
		`{"id":"9","name":"clinics"%s}`,
		[]string{`{"id":"9","name":"clinics","description":"of team b"%s}`, `{"id":"9","name":"clinics","org_id":"acme"%s}`},
	},
	"model version": {
		func(ctx context.Context, c *Client) (string, error) {
			v, err := c.RegisterVersion(ctx, "m", NewVersion{Version: "9", StoragePath: "p", Format: "onnx", Checksum: "sha256:ab", SizeBytes: 3})
			return v.Version, err
		},
		`%s`,
		`{"version":"9","storage_path":"p","checksum":"AB","size_bytes":3%s}`,
		[]string{
			`{"version":"9","storage_path":"q","checksum":"ab","size_bytes":3%s}`,
			`{"version":"9","storage_path":"p","checksum":"ac","size_bytes":3%s}`,
			`{"version":"9","storage_path":"p","checksum":"ab","size_bytes":4%s}`,
		},
	},
}

// The answer to the creation is lost, and an object of the name exists: it is ours only if it is new, by the server's clock, and equals
// what was sent. Otherwise it is named in the error, and nothing more is sent.
//
// CONTRACT.md 1.79, 2.12, 2.37, 5.24, 7.113
func TestANamesakeIsAdoptedOnlyIfItIsOurs(t *testing.T) {
	t.Parallel()
	const skew = 3 * time.Hour // of the server's clock
	created := func(ago time.Duration, layout string) func(time.Time) string {
		return func(now time.Time) string { return fmt.Sprintf(`,"created_at":%q`, now.Add(-ago).UTC().Format(layout)) }
	}
	ages := map[string]struct {
		member  func(now time.Time) string
		adopted bool
	}{
		"made now":                   {created(0, time.RFC3339Nano), true},
		"made now, in whole seconds": {created(0, time.RFC3339), true},
		"made a moment later":        {created(-time.Second, time.RFC3339Nano), true},
		"made two seconds before":    {created(2*time.Second, time.RFC3339Nano), false},
		"made four minutes before":   {created(4*time.Minute, time.RFC3339), false},
		"made before, no zone":       {created(time.Hour, "2006-01-02T15:04:05.999999"), false},
		"made now by our clock":      {created(skew, time.RFC3339), false},
		"no time":                    {func(time.Time) string { return "" }, false},
		"no date":                    {created(0, time.RFC3339Nano), false},
	}
	for title, kind := range uniqueKinds {
		run := func(t *testing.T, object, member string, date bool, adopted bool) {
			t.Helper()
			header := map[string]string{"Date": time.Now().Add(skew).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")}
			if !date {
				header["Date"] = ""
			}
			found := reply{body: fmt.Sprintf(kind.list, fmt.Sprintf(object, member)), header: header}
			single := reply{body: fmt.Sprintf(object, member), header: header}
			lost := answer(503, `{"detail":"repairs"}`)
			lost.header = header
			c, w := scripted(t, lost, found, single)
			id, err := kind.create(t.Context(), c)
			var namesake *NamesakeError
			switch {
			case adopted && (err != nil || id != "9"):
				t.Errorf("got %q, %v after %v; want it adopted", id, err, w.calls())
			case !adopted && (!errors.As(err, &namesake) || !HasStatus(err, 503)):
				t.Errorf("got %q, %v after %v; want the namesake and the server's answer", id, err, w.calls())
			case !adopted:
				mustContain(t, err.Error(), "repairs", title, "9", "somebody else's")
			}
			if posts := strings.Count(strings.Join(w.calls(), "\n"), "POST "); posts != 1 {
				t.Errorf("sent %v", w.calls())
			}
		}
		for name, tc := range ages {
			t.Run(title+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					run(t, kind.ours, tc.member(time.Now().Add(skew)), name != "no date", tc.adopted)
				})
			})
		}
		for _, other := range kind.differs {
			synctest.Test(t, func(t *testing.T) {
				run(t, other, created(0, time.RFC3339Nano)(time.Now().Add(skew)), true, false)
			})
		}
	}
}

// An object of unknown age that a list lacked after the request was lost, and that appears then, is new.
//
// CONTRACT.md 1.79
func TestWhatAListLackedIsNew(t *testing.T) {
	t.Parallel()
	for title, kind := range uniqueKinds {
		synctest.Test(t, func(t *testing.T) {
			none := ok("[]")
			if title == "model version" {
				none = answer(404, `{"error":"not_found","message":"no such version"}`)
			}
			there := ok(fmt.Sprintf(kind.list, fmt.Sprintf(kind.ours, "")))
			c, w := scripted(t, failing(errCut), none, failing(errCut), there)
			if id, err := kind.create(t.Context(), c); err != nil || id != "9" {
				t.Errorf("%s: %q, %v after %v", title, id, err, w.calls())
			}
		})
	}
}

// A creation that answers an object which existed before has not created what it was asked for.
//
// CONTRACT.md 1.47
func TestACreationAnswersANewObject(t *testing.T) {
	t.Parallel()
	for title, kind := range uniqueKinds {
		if title == "model version" {
			continue // a version is what its number says
		}
		synctest.Test(t, func(t *testing.T) {
			old := fmt.Sprintf(kind.ours, fmt.Sprintf(`,"created_at":%q`, time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)))
			c, w := scripted(t, ok(old), ok("[]"))
			id, err := kind.create(t.Context(), c)
			if mismatch := asError[*MismatchError](t, err); id != "" || !strings.Contains(mismatch.Error(), `"9"`) {
				t.Errorf("%s: %q, %v after %v", title, id, err, w.calls())
			}
		})
	}
}
