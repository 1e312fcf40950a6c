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

// undoTimeout is how long putting back may take, which is done even after an interrupt.
const undoTimeout = 10 * time.Second

// writeResult is how a write of the managed keys went.
type writeResult struct {
	managed   []field
	originals originals
	// settings are the newest that are known.
	settings control.Settings
	// mayHaveWritten is true unless the server surely took nothing.
	mayHaveWritten bool
	err            error
}

// write makes the settings hold the managed fields. It writes only what differs, and nothing at all where nothing does.
func write(ctx context.Context, client *control.Client, org string, managed []field, saved originals) writeResult {
	before, err := client.Settings(ctx, org)
	if err != nil {
		return writeResult{managed: managed, err: err}
	}
	w := writeResult{managed: managed, originals: saved, settings: before, mayHaveWritten: true}
	w.originals.add(managed, before)
	due := changes(managed, before)
	if len(due) == 0 {
		return w
	}
	after, err := client.UpdateSettings(ctx, org, due)
	if err != nil {
		w.err, w.mayHaveWritten = err, !refused(err)
		return w
	}
	w.settings = after
	return w
}

// undo puts back what a creation that failed has written, so that there is nothing to keep in state. Terraform replaces a
// resource whose creation failed, and the deletion does not get to see private state then: what was there before would be
// forgotten. done is false when it could not be put back.
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
	after, err := client.UpdateSettings(ctx, org, due)
	if err != nil || len(notRestored(w.managed, due, after)) > 0 {
		return false
	}
	diags.AddWarning("Nothing was kept", "What the creation of the "+title+" had written was put back: the settings of the "+
		"organization "+org+" are as they were before.")
	return true
}

// refused is true when the write itself was answered with a clear no. Any other failure may have come after the server had
// taken it.
func refused(err error) bool {
	var api *control.APIError
	return errors.As(err, &api) && api.Method == http.MethodPut && !control.Ambiguous(err)
}

// report adds what went wrong. A server that takes a write and keeps the old value has failed, too: a guardrail that is not in
// force must not look as if it were.
func (w writeResult) report(diags *diag.Diagnostics, summary string) {
	if w.err != nil {
		at := attributeFor(w.managed, w.err)
		if control.NotFound(w.err) {
			at = path.Root("org_id")
		}
		resourcekit.AddError(diags, at, summary, w.err)
		return
	}
	for _, f := range w.managed {
		if now, present := w.settings[f.key]; !f.equals(now) {
			diags.AddAttributeError(f.at, "The setting is not in force", ignored(f.key, now, present))
		}
	}
}

func ignored(key string, now any, present bool) string {
	if !present {
		return fmt.Sprintf("The server took the request, but its settings have no %s afterwards. It may not know this setting: "+
			"remove it from the configuration.", key)
	}
	return fmt.Sprintf("The server took the request, but %s is %v afterwards. Apply again; if it stays so, the server keeps this "+
		"setting within limits of its own, or someone else writes it, too.", key, now)
}
