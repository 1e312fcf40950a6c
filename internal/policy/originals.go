package policy

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// originals has the original values of the managed settings. It is kept in private state, so that a destroy can restore them.
type originals struct {
	// Imported is true after an import: the values from before Terraform managed the settings are unknown.
	Imported bool `json:"imported,omitempty"`
	// Before has the value of each key from when it was first managed.
	Before map[string]original `json:"before"`
	// Written has the value of each managed key after the last write.
	Written map[string]any `json:"written,omitempty"`
}

type original struct {
	Value any `json:"value"`
	// Absent is true if the server did not have the key.
	Absent bool `json:"absent,omitempty"`
}

// originalsKey is the private state key of originals.
const originalsKey = "before"

func newOriginals() originals {
	return originals{Before: map[string]original{}, Written: map[string]any{}}
}

func loadOriginals(ctx context.Context, private resourcekit.PrivateState, diags *diag.Diagnostics) originals {
	o := newOriginals()
	resourcekit.GetPrivate(ctx, private, originalsKey, &o, diags)
	if o.Before == nil { // only an import is saved
		o.Before = map[string]original{}
	}
	return o
}

func (o originals) save(ctx context.Context, private resourcekit.PrivateState, diags *diag.Diagnostics) {
	resourcekit.SetPrivate(ctx, private, originalsKey, o, diags)
}

// add saves the current value of each managed key that has none yet.
func (o originals) add(managed []field, settings control.Settings) {
	for _, f := range managed {
		if _, known := o.Before[f.key]; known {
			continue
		}
		value, present := settings[f.key]
		o.Before[f.key] = original{Value: value, Absent: !present}
	}
}

// wrote saves the value of each managed key after a write.
func (o originals) wrote(managed []field, settings control.Settings) {
	for _, f := range managed {
		o.Written[f.key] = settings[f.key]
	}
}

// split separates the fields that have the value of the last write from the attributes of those that do not.
func (o originals) split(fields []field, settings control.Settings) (own []field, others []string) {
	for _, f := range fields {
		written, known := o.Written[f.key]
		if now, present := settings[f.key]; known && present && !sameJSON(written, now) {
			others = append(others, f.at.String())
			continue
		}
		own = append(own, f)
	}
	slices.Sort(others)
	return own, others
}

// restore returns the settings to write to restore the original values of the fields. A key that the server did not have becomes null
// if it is nullable; otherwise it cannot be restored, and remaining has its attribute.
func (o originals) restore(fields []field, settings control.Settings) (due control.Settings, remaining []string) {
	due = control.Settings{}
	for _, f := range fields {
		before, known := o.Before[f.key]
		if !known || sameJSON(before.Value, settings[f.key]) {
			continue
		}
		if before.Absent && !f.nullable {
			remaining = append(remaining, f.at.String())
			continue
		}
		due[f.key] = before.Value
	}
	slices.Sort(remaining)
	return due, remaining
}

// notRestored returns the attributes whose keys do not have the value that was written.
func notRestored(fields []field, due, settings control.Settings) []string {
	var attributes []string
	for _, f := range fields {
		if value, written := due[f.key]; written && !sameJSON(value, settings[f.key]) {
			attributes = append(attributes, f.at.String())
		}
	}
	return attributes
}

// sameJSON compares two decoded JSON values. Marshal sorts the keys of maps.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
