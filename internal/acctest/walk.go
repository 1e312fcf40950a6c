package acctest

import (
	"context"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"golang.org/x/sync/errgroup"
)

// parallelism is Terraform's default number of concurrent operations.
const parallelism = 10

// Walk plays Terraform's refresh of many resources of one type: concurrently, in one provider.
type Walk struct {
	core   *Core
	states []*tfprotov6.ReadResourceRequest
}

// ImportAll imports resources of a type by their IDs and reads them.
func (s *Sandbox) ImportAll(t testing.TB, typeName string, ids []string) *Walk {
	t.Helper()
	w := &Walk{core: s.Core(t, typeName), states: make([]*tfprotov6.ReadResourceRequest, len(ids))}
	w.each(t, func(ctx context.Context, i int) (Diagnostics, error) {
		var diags Diagnostics
		answer, err := w.core.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: ids[i]})
		if err != nil {
			return diags, err
		}
		diags.add(t, answer.Diagnostics)
		for _, imported := range answer.ImportedResources {
			w.states[i] = &tfprotov6.ReadResourceRequest{TypeName: typeName, CurrentState: imported.State, Private: imported.Private}
		}
		return diags, nil
	})
	w.Refresh(t)
	return w
}

// Refresh reads all resources in a new provider. An error, or a resource that no longer exists, fails the test.
func (w *Walk) Refresh(t testing.TB) {
	t.Helper()
	w.core.startProvider()
	w.each(t, func(ctx context.Context, i int) (Diagnostics, error) {
		var diags Diagnostics
		answer, err := w.core.server.ReadResource(ctx, w.states[i])
		if err != nil {
			return diags, err
		}
		diags.add(t, answer.Diagnostics)
		state, err := answer.NewState.Unmarshal(w.core.object)
		if err == nil && state.IsNull() {
			err = fmt.Errorf("resource %d no longer exists", i)
		}
		w.states[i].CurrentState, w.states[i].Private = answer.NewState, answer.Private
		return diags, err
	})
}

// Store returns the resources in the form of the state file.
func (w *Walk) Store() []StoredResource {
	stored := make([]StoredResource, len(w.states))
	for i, s := range w.states {
		stored[i] = w.core.stored(w.core.decode(s.CurrentState), s.Private)
	}
	return stored
}

// each calls do for all resources, concurrently.
func (w *Walk) each(t testing.TB, do func(ctx context.Context, i int) (Diagnostics, error)) {
	t.Helper()
	var all errgroup.Group
	all.SetLimit(parallelism)
	for i := range w.states {
		all.Go(func() error {
			diags, err := do(t.Context(), i)
			if err == nil && diags.Failed() {
				err = fmt.Errorf("resource %d: %v", i, diags.Errors)
			}
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
}
