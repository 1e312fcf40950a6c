package acctest

import (
	"context"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"golang.org/x/sync/errgroup"
)

// parallelism is how many resources Terraform works on at once, unless -parallelism says otherwise.
const parallelism = 10

// Walk plays Terraform's refresh of many resources of one type: in one provider, several at once.
type Walk struct {
	core   *Core
	states []*tfprotov6.ReadResourceRequest
}

// ImportAll imports resources of a type and reads them.
func (s *Sandbox) ImportAll(t testing.TB, typeName string, ids []string) *Walk {
	t.Helper()
	w := &Walk{core: s.Core(t, typeName), states: make([]*tfprotov6.ReadResourceRequest, len(ids))}
	w.each(t, func(ctx context.Context, i int) (Diagnostics, error) {
		var diags Diagnostics
		answer, err := w.core.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: ids[i]})
		if err != nil {
			return diags, err
		}
		diags.add(answer.Diagnostics)
		for _, imported := range answer.ImportedResources {
			w.states[i] = &tfprotov6.ReadResourceRequest{TypeName: typeName, CurrentState: imported.State, Private: imported.Private}
		}
		return diags, nil
	})
	w.Refresh(t)
	return w
}

// Refresh reads every resource, in a provider of its own. It fails the test on any error, and when one of them is gone.
func (w *Walk) Refresh(t testing.TB) {
	t.Helper()
	w.core.startProvider()
	w.each(t, func(ctx context.Context, i int) (Diagnostics, error) {
		var diags Diagnostics
		answer, err := w.core.server.ReadResource(ctx, w.states[i])
		if err != nil {
			return diags, err
		}
		diags.add(answer.Diagnostics)
		state, err := answer.NewState.Unmarshal(w.core.object)
		if err == nil && state.IsNull() {
			err = fmt.Errorf("resource %d is gone", i)
		}
		w.states[i].CurrentState, w.states[i].Private = answer.NewState, answer.Private
		return diags, err
	})
}

// each does something with every resource, several at once.
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
