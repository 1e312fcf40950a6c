package resourcekit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// lastWrite is what private state keeps of the last write, so that a read of the next run of Terraform, a moment later, recognizes an
// answer from before that write.
type lastWrite struct {
	At time.Time `json:"at"`
	// Created is true of a write that has created the object: that it does not exist is stale, too.
	Created bool `json:"created,omitempty"`
	// Stale has the fingerprints of what the attributes were before, by attribute.
	Stale map[string][]string `json:"stale,omitempty"`
}

// lastWriteKey is the private state key of lastWrite.
const lastWriteKey = "written"

// newLastWrite describes a write of what was planned. before are the objects that it went through.
func newLastWrite(at time.Time, created bool, planned tftypes.Value, before ...tftypes.Value) lastWrite {
	w := lastWrite{At: at, Created: created, Stale: map[string][]string{}}
	attributes := attributesOf(planned)
	for _, object := range before {
		for name, value := range attributesOf(object) {
			if !attributes[name].IsFullyKnown() || sameValue(value, attributes[name]) {
				continue
			}
			if stale := printOf(value); !slices.Contains(w.Stale[name], stale) {
				w.Stale[name] = append(w.Stale[name], stale)
			}
		}
	}
	return w
}

// printOf identifies a value without telling it: private state must not hold a secret that the state has dropped.
func printOf(value tftypes.Value) string {
	sum := sha256.Sum256([]byte(canonical(plainValue(value))))
	return hex.EncodeToString(sum[:8])
}

// canonical writes values that are equal alike.
func canonical(value any) string {
	var parts []string
	switch v := value.(type) {
	case *big.Float:
		if exponent := v.MantExp(nil); exponent > 1<<12 || exponent < -1<<12 { // its digits would fill the memory
			return v.Text('p', 0)
		}
		return v.Text('g', -1)
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, fmt.Sprintf("%q:%s", name, canonical(v[name])))
		}
	case unordered:
		for _, element := range v {
			parts = append(parts, canonical(element))
		}
		slices.Sort(parts)
	case []any:
		for _, element := range v {
			parts = append(parts, canonical(element))
		}
	default:
		return fmt.Sprintf("%#v", value)
	}
	return fmt.Sprintf("%T(%s)", value, strings.Join(parts, ","))
}

// agrees reports whether an answer can be from after the write.
func (w lastWrite) agrees(state, got tftypes.Value, err error) bool {
	if err != nil {
		return !w.Created || !control.NotFound(err)
	}
	before, now := attributesOf(state), attributesOf(got)
	for name, prints := range w.Stale {
		if slices.Contains(prints, printOf(now[name])) && !sameValue(before[name], now[name]) {
			return false
		}
	}
	return true
}

func (w lastWrite) save(ctx context.Context, private PrivateState, diags *diag.Diagnostics) {
	SetPrivate(ctx, private, lastWriteKey, w, diags)
}
