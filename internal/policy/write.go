package policy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// undoTimeout limits undo, which runs even after an interrupt.
const undoTimeout = 10 * time.Second

// writeResult is the outcome of writing the managed keys.
type writeResult struct {
	managed   []field
	originals originals
	// settings are the latest known settings.
	settings control.Settings
	// mayHaveWritten is false only if the server certainly changed nothing.
	mayHaveWritten bool
	// outcome compares the managed fields with the settings; before are the settings that the write has found.
	outcome outcome
	before  control.Settings
	// at is when the settings were written.
	at  time.Time
	err error
}

// write writes the managed keys whose values differ, and makes no write request if none does.
func write(ctx context.Context, client *control.Client, org string, managed []field, saved originals) writeResult {
	before, err := client.Settings(ctx, org)
	if err != nil {
		return writeResult{managed: managed, err: err}
	}
	w := writeResult{managed: managed, originals: saved, settings: before, before: before, at: time.Now(), mayHaveWritten: true}
	w.originals.add(managed, before)
	due := changes(managed, before)
	if len(due) == 0 {
		w.originals.wrote(managed, before)
		return w
	}
	after, err := update(ctx, client, org, before, due, func(now control.Settings) bool { return len(compare(managed, now, before).ignored) == 0 })
	if err != nil {
		w.err, w.mayHaveWritten = err, !rejected(err)
		return w
	}
	w.settings, w.outcome = after, compare(managed, after, before)
	w.originals.wrote(managed, after)
	return w
}

// update writes settings and returns all of them as they are afterwards, once they agree with what was written. before is what was read.
func update(
	ctx context.Context, client *control.Client, org string, before, due control.Settings, agrees func(control.Settings) bool,
) (control.Settings, error) {
	after, err := client.UpdateSettings(ctx, org, before, due)
	if err != nil || agrees(after) {
		return after, err
	}
	later, err := control.LookAgain(ctx, func(ctx context.Context) (control.Settings, error) { return client.Settings(ctx, org) },
		func(now control.Settings, err error) bool { return err != nil || agrees(now) })
	if err != nil {
		return after, nil //nolint:nilerr // the write was accepted, and what was read first is known
	}
	return later, nil
}

// undo restores the settings after a failed create, so that no state is needed. With a state, Terraform would replace the tainted
// resource, and its delete does not get the private state: the original values would be lost. done is false if the settings could not
// be restored.
func (w *writeResult) undo(ctx context.Context, client *control.Client, org, title string, diags *diag.Diagnostics) (done bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	now, err := client.Settings(ctx, org)
	if err != nil {
		return false
	}
	w.settings = now
	due, _ := w.originals.restore(w.managed, now)
	if len(due) == 0 {
		return true
	}
	after, err := update(ctx, client, org, now, due, func(now control.Settings) bool { return len(notRestored(w.managed, due, now)) == 0 })
	if err != nil || len(notRestored(w.managed, due, after)) > 0 {
		return false
	}
	diags.AddWarning("Settings were restored", fmt.Sprintf("The %s could not be created. The settings of the organization `%s` were restored to "+
		"their previous values.", title, org))
	return true
}

// rejected reports whether the server rejected the write itself. After any other error the write may have been executed.
func rejected(err error) bool {
	var api *control.APIError
	return errors.As(err, &api) && api.Method == http.MethodPut && !control.Ambiguous(err)
}

// failed returns the fields of which the state must show what is in force.
func (w writeResult) failed() []field {
	if w.err != nil {
		return w.managed
	}
	return nil
}

// report adds the error of a failed write, or a warning of each setting that the server has not set as it is configured.
func (w writeResult) report(diags *diag.Diagnostics, title, summary string) {
	if w.err != nil {
		at := attributeFor(w.managed, w.err)
		if control.NotFound(w.err) {
			at = path.Root("org_id")
		}
		resourcekit.AddError(diags, at, summary, w.err)
		return
	}
	for _, f := range w.outcome.ignored {
		now, present := w.settings[f.key]
		diags.AddAttributeWarning(f.at, "Unexpected value after apply", ignored(f.key, now, present))
	}
	for _, f := range w.outcome.rounded {
		resourcekit.WarnOfWholePercents(diags, f.at, f.key, title)
	}
}

// ignored describes a setting that the server did not change.
func ignored(key string, now any, present bool) string {
	if !present {
		return fmt.Sprintf("The server accepted the request, but its settings do not have `%s`. It may not support this setting. "+
			"Remove it from the configuration.", key)
	}
	return fmt.Sprintf("The server accepted the request, but returned the value `%v` for `%s`: the setting is not in force. The server may limit "+
		"this setting, or it was modified outside of Terraform. Run `terraform apply` again.", now, key)
}
