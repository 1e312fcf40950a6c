package control

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// CONTRACT.md 1.48
func TestCheckJSON(t *testing.T) {
	t.Parallel()
	nested := func(levels int) string {
		return strings.Repeat(`{"a":[`, levels/2) + strings.Repeat(`]}`, levels/2)
	}
	for text, says := range map[string]string{
		`{}`: "", `{"site":1e308,"b":-1.5e-300,"c":[true,null,"1e600000000"]}`: "", nested(64): "",
		`{"site":"\"[[[[","b\\":"}"}`: "", strings.Repeat(`[],`, 100): "",
		nested(66): "64 levels", nested(2000): "64 levels", strings.Repeat("[", 1<<20): "64 levels",
		`{"site":1e600000000}`: "exponent", `[1E-600000000]`: "exponent", `1e99999999999999999999`: "exponent", `[1e+401]`: "exponent",
		`{"id":` + strings.Repeat("1", 1_000_000) + `}`:      "digits",
		`[0.` + strings.Repeat("0", 500) + `1]`:              "digits",
		`[` + strings.Repeat("0,", maxValues) + `0]`:         "values",
		`{` + strings.Repeat(`"":"",`, maxValues/2+1) + `0}`: "values",
	} {
		err := CheckJSON(text)
		if (err != nil) != (says != "") || !strings.Contains(fmt.Sprint(err), says) {
			t.Errorf("%.60s: %v; want %q", text, err, says)
		}
		if inBytes := CheckJSON([]byte(text)); fmt.Sprint(err) != fmt.Sprint(inBytes) {
			t.Errorf("%.60s: as bytes %v", text, inBytes)
		}
	}
}

// What is within the bounds passes, as an answer has it.
func TestOrdinaryJSONIsWithinTheBounds(t *testing.T) {
	t.Parallel()
	var values *rapid.Generator[any]
	leaves := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return s }), rapid.Map(rapid.Float64(), func(f float64) any { return f }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Just[any](nil))
	values = rapid.OneOf(leaves, rapid.Map(rapid.SliceOfN(leaves, 0, 5), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(rapid.String(), leaves, 0, 5), func(m map[string]any) any { return m }))
	rapid.Check(t, func(r *rapid.T) {
		value := rapid.MapOfN(rapid.String(), values, 0, 5).Draw(r, "value")
		encoded, err := json.Marshal(value)
		if err != nil {
			r.Skip(err)
		}
		if err := CheckJSON(encoded); err != nil {
			r.Errorf("%s: %v", encoded, err)
		}
	})
}

// IDs compare as numbers where they are, whatever their length, and no length takes long.
//
// CONTRACT.md 3.32
func TestIDsOfAnyLength(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("7", 1_000_000)
	begun := time.Now()
	for range 3 {
		if compareIDs(long+"1", long+"2") >= 0 || compareIDs("0"+long, long) != cmpText("0"+long, long) || compareIDs(long, "x") >= 0 {
			t.Fatal("long IDs are in no order")
		}
	}
	if took := time.Since(begun); took > 5*time.Second { // arithmetic takes minutes
		t.Errorf("it took %s", took)
	}
	ids := []string{"-12", "-5", "0", "00", "5", "+7", "12", "0012x", "rol_9", "", "-", "+", "--1"}
	for _, a := range ids {
		for _, b := range ids {
			if compareIDs(a, b) != -compareIDs(b, a) || (compareIDs(a, b) == 0) != (a == b) {
				t.Errorf("%q and %q: %d, %d", a, b, compareIDs(a, b), compareIDs(b, a))
			}
		}
	}
	for i, a := range ids[:2] {
		if compareIDs(a, ids[i+1]) >= 0 {
			t.Errorf("%s follows %s", a, ids[i+1])
		}
	}
	if compareIDs("5", "12") >= 0 || compareIDs("12", "rol_9") >= 0 {
		t.Error("whole numbers are not in their order")
	}
}

func cmpText(a, b string) int { return strings.Compare(a, b) }

// A number that counts nothing never passes for a count: a guard that relies on it finds none.
//
// CONTRACT.md 3.51, 4.3, 4.5
func TestWhatIsNoCount(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"-1", "0.5", "1.5", "1e300", "-1e300", "2147483648", "99999999999999999999", `"-3"`, `"1e99"`, "-0.25"} {
		for body, counts := range map[string]func([]byte) (*int, error){
			`{"target_count":%s,"resolved_targets":[],"deployments":[],"devices":[]}`: func(body []byte) (*int, error) {
				var p DeploymentPreview
				err := json.Unmarshal(body, &p)
				return p.Targets, err
			},
			`{"activated_count":%s,"device_statuses":[]}`: func(body []byte) (*int, error) {
				var r GroupDeploymentResult
				err := json.Unmarshal(body, &r)
				return r.Activated, err
			},
			`{"total":%s,"device_count":0,"devices":[]}`: func(body []byte) (*int, error) {
				var a AffectedDevices
				err := json.Unmarshal(body, &a)
				return a.Total, err
			},
			`{"updated":%s,"devices":[{"status":"updated"}]}`: func(body []byte) (*int, error) {
				var a AffectedDevices
				err := json.Unmarshal(body, &a)
				return a.Updated, err
			},
			`{"devices":[],"total":%s}`: func(body []byte) (*int, error) {
				c, _ := scripted(t, ok(string(body)))
				return c.DeviceCount(t.Context())
			},
		} {
			body = fmt.Sprintf(body, number)
			if got, err := counts([]byte(body)); got != nil {
				t.Errorf("%s counts %d devices (%v)", body, *got, err)
			}
		}
		var v Version
		if err := json.Unmarshal(fmt.Appendf(nil, `{"version":"1","size_bytes":%s}`, number), &v); err == nil && v.SizeBytes < 0 {
			t.Errorf("%s is a size of %d", number, v.SizeBytes)
		}
	}
	if diff := cmp.Diff(7, *mustCount(t, `{"target_count":7.0,"resolved_targets":[{}]}`)); diff != "" {
		t.Error(diff)
	}
}

func mustCount(t *testing.T, body string) *int {
	t.Helper()
	var p DeploymentPreview
	if err := json.Unmarshal([]byte(body), &p); err != nil || p.Targets == nil {
		t.Fatalf("%s: %v, %v", body, p.Targets, err)
	}
	return p.Targets
}

// What passes is nested no deeper, and has no larger number, than the bounds say, whatever it looks like; and what decodes without
// exceeding them passes.
func FuzzCheckJSON(f *testing.F) {
	for _, body := range []string{
		`{}`, `{"site":1e600000000}`, `[[[["\"[[["]]]]`, `{"a\\":{"b":[1,-2.5E+3,"\\\""]}}`, strings.Repeat("[", 65) + strings.Repeat("]", 65),
		`[1e400,1e-400,1e401]`, `"` + strings.Repeat("[", 100) + `"`, `[` + strings.Repeat("1", 401) + `]`, `nul`, `{"a":`, `"\u005b[`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		decoder := json.NewDecoder(strings.NewReader(string(body)))
		decoder.UseNumber()
		var value any
		if !json.Valid(body) || decoder.Decode(&value) != nil {
			_ = CheckJSON(body) // which must not panic
			return
		}
		levels, within := measure(value)
		bounded := levels <= maxDepth && within
		if err := CheckJSON(body); err == nil && !bounded {
			t.Errorf("%s has %d levels, numbers within the bounds: %t, and passes", body, levels, within)
		}
		written, err := json.Marshal(value) // without what a second key of the same name replaces
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckJSON(written); (err == nil) != bounded {
			t.Errorf("%s has %d levels, numbers within the bounds: %t, but %v", written, levels, within, err)
		}
	})
}

// measure is how deep a value is nested, and whether all of its numbers are within the bounds.
func measure(value any) (levels int, within bool) {
	within = true
	inside := func(member any) {
		below, ok := measure(member)
		levels, within = max(levels, below), within && ok
	}
	switch v := value.(type) {
	case json.Number:
		return 0, CheckNumber(v.String()) == nil
	case []any:
		for _, member := range v {
			inside(member)
		}
	case map[string]any:
		for _, member := range v {
			inside(member)
		}
	default:
		return 0, true
	}
	return levels + 1, within
}
