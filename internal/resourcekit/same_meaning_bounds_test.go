package resourcekit

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Whatever two values are, they are compared in seconds. What takes longer counts as different.
//
// CONTRACT.md 1.48
func TestComparisonsHaveAnEnd(t *testing.T) {
	t.Parallel()
	decoded := func(text string) any {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var value any
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
		return value
	}
	nested := func(levels int, inner string) string {
		return strings.Repeat("[", levels) + inner + strings.Repeat("]", levels)
	}
	pairs := func(levels int, inner string) string { // each level has two lists that differ in the innermost value only
		text := inner
		for range levels {
			text = "[" + text + "," + text + "]"
		}
		return text
	}
	wide := func(inner string) string { return "[" + strings.Repeat(inner+",", 2000) + "0]" }
	begun := time.Now()
	for name, values := range map[string][2]string{
		"one in each list":  {nested(500, "1"), nested(500, "2")},
		"two in each list":  {pairs(12, "1"), pairs(12, "2")},
		"many in one list":  {wide("[1]"), wide("[2]")},
		"many objects":      {wide(`{"a":1}`), wide(`{"b":1}`)},
		"a large exponent":  {`{"site":1e600000000}`, `{"site":1e600000001}`},
		"a small exponent":  {`{"site":1e-600000000}`, `{"site":1e-600000001}`},
		"text with numbers": {`"{\"site\":1e600000000}"`, `"{\"site\":1e600000001}"`},
		"text with levels":  {fmt.Sprintf("%q", `{"a":`+nested(5000, "1")+`}`), fmt.Sprintf("%q", `{"a":`+nested(5000, "2")+`}`)},
		"many digits":       {strings.Repeat("1", 200_000), strings.Repeat("1", 200_000) + "0"},
		"beyond a float":    {"1e310", "1e311"},
	} {
		a, b := decoded(values[0]), decoded(values[1])
		may, _ := MayBecomeJSON("x", a, b, nil)
		if SameJSON(a, b) || may || !SameJSON(a, a) {
			t.Errorf("%s: the values count as the same, or a value not as itself", name)
		}
	}
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}

// A large set is no different for its order.
func TestLargeSets(t *testing.T) {
	t.Parallel()
	ids := make([]tftypes.Value, 20_000)
	for i := range ids {
		ids[i] = tftypes.NewValue(tftypes.String, fmt.Sprintf("dev_%06d", i))
	}
	reversed := slices.Clone(ids)
	slices.Reverse(reversed)
	set := tftypes.Set{ElementType: tftypes.String}
	if !sameValue(tftypes.NewValue(set, ids), tftypes.NewValue(set, reversed)) {
		t.Error("the same set in another order differs")
	}
	reversed[0] = tftypes.NewValue(tftypes.String, "another")
	if sameValue(tftypes.NewValue(set, ids), tftypes.NewValue(set, reversed)) {
		t.Error("another set is the same")
	}
}

// The fingerprint of a number is short, and that of numbers as before is as it was.
func TestFingerprintOfANumber(t *testing.T) {
	t.Parallel()
	huge, _, err := big.ParseFloat("1e600000000", 10, 512, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	if text := canonical(huge); len(text) > 1000 {
		t.Errorf("%d characters", len(text))
	}
	if got := canonical(big.NewFloat(12.5)); got != "12.5" {
		t.Errorf("12.5 is written as %s", got)
	}
}
