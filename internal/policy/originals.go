package policy

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// originals is what the resource remembers in private state, so that its destruction can put things back.
type originals struct {
	// Imported is true of a policy that existed before Terraform: what its keys were before is not known.
	Imported bool `json:"imported,omitempty"`
	// Before holds the value of each key as it was when the key was first managed.
	Before map[string]original `json:"before"`
}

type original struct {
	Value any `json:"value"`
	// Absent is true when the server did not have the key at all.
	Absent bool `json:"absent,omitempty"`
}

const originalsKey = "before"

func loadOriginals(ctx context.Context, private resourcekit.PrivateState, diags *diag.Diagnostics) originals {
	var o originals
	resourcekit.Recall(ctx, private, originalsKey, &o, diags)
	if o.Before == nil { // nothing is saved yet, or the import has saved that nothing is known
		o.Before = map[string]original{}
	}
	return o
}

func (o originals) save(ctx context.Context, private resourcekit.PrivateState, diags *diag.Diagnostics) {
	resourcekit.Remember(ctx, private, originalsKey, o, diags)
}

// add remembers the present value of each managed key that is not saved yet.
func (o originals) add(managed []field, settings control.Settings) {
	for _, f := range managed {
		if _, known := o.Before[f.key]; known {
			continue
		}
		value, present := settings[f.key]
		o.Before[f.key] = original{Value: value, Absent: !present}
	}
}

// restore is what must be written to put back what is saved of the fields. A key that the server did not have goes back to null where
// null means no limit; the attributes of those where it does not are in left.
func (o originals) restore(fields []field, settings control.Settings) (due control.Settings, left []string) {
	due = control.Settings{}
	for _, f := range fields {
		before, known := o.Before[f.key]
		if !known || sameJSON(before.Value, settings[f.key]) {
			continue
		}
		if before.Absent && !f.nullable {
			left = append(left, f.at.String())
			continue
		}
		due[f.key] = before.Value
	}
	slices.Sort(left)
	return due, left
}

// notRestored are the attributes of the keys that hold something else than what was written.
func notRestored(fields []field, due, settings control.Settings) []string {
	var left []string
	for _, f := range fields {
		if value, written := due[f.key]; written && !sameJSON(value, settings[f.key]) {
			left = append(left, f.at.String())
		}
	}
	return left
}

// sameJSON compares two decoded JSON values; a map's keys come out sorted.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
