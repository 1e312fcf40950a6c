package policy

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// answers are what the server has answered to the last write, by key, where it keeps a setting in another form than the configuration.
// They are kept in private state.
type answers map[string]answer

type answer struct {
	// Written is what was sent, Kept what the server has made of it.
	Written any `json:"written"`
	Kept    any `json:"kept"`
}

// answersKey is the private state key of answers.
const answersKey = "answers"

func loadAnswers(ctx context.Context, private resourcekit.PrivateState, diags *diag.Diagnostics) answers {
	var kept answers
	resourcekit.GetPrivate(ctx, private, answersKey, &kept, diags)
	return kept
}

func (a answers) save(ctx context.Context, private resourcekit.PrivateState, diags *diag.Diagnostics) {
	if len(a) > 0 || len(loadAnswers(ctx, private, diags)) > 0 {
		resourcekit.SetPrivate(ctx, private, answersKey, a, diags)
	}
}

// has reports whether a value of the settings is what the server has made of the field.
func (a answers) has(f field, now any) bool {
	known, ok := a[f.key]
	return ok && !f.IsNull() && !f.IsUnknown() && sameJSON(known.Kept, now) && sameJSON(known.Written, f.toJSON())
}

// outcome is what the server has made of the managed fields.
type outcome struct {
	answers answers
	// rounded are those of which it keeps whole percentages only, ignored those that it has not set.
	rounded, ignored []field
}

// compare compares the managed fields with the settings after a write. before are the settings that the write has found.
func compare(managed []field, now, before control.Settings) outcome {
	o := outcome{answers: answers{}}
	for _, f := range managed {
		value := now[f.key]
		if f.same(value) {
			continue
		}
		may, rounded := resourcekit.MayBecomeJSON(f.key, f.toJSON(), value, before[f.key])
		if !may {
			o.ignored = append(o.ignored, f)
			continue
		}
		o.answers[f.key] = answer{Written: f.toJSON(), Kept: value}
		if rounded {
			o.rounded = append(o.rounded, f)
		}
	}
	return o
}

// lastWrite is what private state keeps of the last write, so that a read a moment later recognizes an answer from before it.
type lastWrite struct {
	At time.Time `json:"at"`
	// Before are the values that the write has replaced, by key.
	Before map[string]any `json:"before,omitempty"`
}

// lastWriteKey is the private state key of lastWrite.
const lastWriteKey = "written"

// remember keeps in private state what a later read needs to know of the write.
func (w writeResult) remember(ctx context.Context, private resourcekit.PrivateState, diags *diag.Diagnostics) {
	w.outcome.answers.save(ctx, private, diags)
	last := lastWrite{At: w.at, Before: map[string]any{}}
	for _, f := range w.managed {
		if before := w.before[f.key]; !f.same(before) {
			last.Before[f.key] = before
		}
	}
	resourcekit.SetPrivate(ctx, private, lastWriteKey, last, diags)
}

// agrees reports whether settings can be from after the write of the fields.
func (w lastWrite) agrees(fields []field, now control.Settings) bool {
	for _, f := range fields {
		before, written := w.Before[f.key]
		if written && sameJSON(before, now[f.key]) && !f.same(now[f.key]) {
			return false
		}
	}
	return true
}
