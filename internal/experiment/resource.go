package experiment

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// The values of on_destroy.
const (
	onDestroyKeep     = "keep"
	onDestroyComplete = "complete"
	onDestroyCancel   = "cancel"
)

type operation = resourcekit.Operation[model, control.Experiment]

var entity = resourcekit.Entity[model, control.Experiment]{
	TypeName: "octomil_experiment",
	Title:    "experiment", Titles: "experiments",
	Schema:   experimentSchema(),
	Identity: resourcekit.Identity{{Name: "id", Description: "ID of the experiment, assigned by the server."}},
	Fields: map[string]string{
		"model_id": "model", "group_ids": "target_group_ids", "model_version": "variants", "traffic_allocation": "variants",
	},
	ProviderOnly: []string{"on_destroy"},
	Exact:        []string{"target_group_ids"},
	DestroyWarning: "The API cannot delete an experiment. With `on_destroy = \"keep\"`, a running experiment continues " +
		"and its variants remain on their devices. With `\"complete\"` or `\"cancel\"` it ends, and only its " +
		"record remains.",

	Create: create,
	Read: func(ctx context.Context, client *control.Client, m *model) (control.Experiment, error) {
		return client.Experiment(ctx, m.ID.ValueString())
	},
	Update: update,
	Delete: func(ctx context.Context, op *operation) error {
		if onDestroy := op.State.OnDestroy.ValueString(); onDestroy != onDestroyKeep {
			return end(ctx, op.Client, op.State.ID.ValueString(), onDestroy)
		}
		return nil
	},
	FromAPI: fromAPI,

	List: func(ctx context.Context, client *control.Client, _ map[string]string) ([]control.Experiment, error) {
		return client.Experiments(ctx)
	},
	Filters: []resourcekit.Filter[control.Experiment]{
		{
			Name: "status", Description: "Only experiments with this status: `draft`, `running`, `paused`, `completed` or `cancelled`.",
			OneOf: statuses, Of: func(e control.Experiment) string { return e.Status },
		},
		{
			Name: "model_id", Description: "Only experiments of the model with this ID.",
			Of: func(e control.Experiment) string { return e.ModelID },
		},
	},
	Name: func(e control.Experiment) string { return e.Name },
	ID:   func(e control.Experiment) string { return e.ID },
	Lookup: func(ctx context.Context, client *control.Client, idOrName string) (control.Experiment, bool, error) {
		return resourcekit.FoundOrNot(client.Experiment(ctx, idOrName))
	},

	Namesake: func(e control.Experiment) (createdAt string, living bool) {
		return e.CreatedAt, e.Status != control.ExperimentCompleted && e.Status != control.ExperimentCancelled
	},
	ModifyPlan:  planExperiment,
	PlannedName: func(planned model) string { return planned.Name.ValueString() },
	Validate:    validate,
}

// fromAPI reads the name of the model for an import only: otherwise the resource keeps the spelling of its configuration.
func fromAPI(ctx context.Context, client *control.Client, m *model, e control.Experiment, diags *diag.Diagnostics) {
	name := e.ModelID
	if m.Model.IsNull() && e.ModelID != "" {
		switch found, err := client.Model(ctx, e.ModelID); {
		case err == nil:
			name = cmp.Or(found.Name, e.ModelID)
		case !control.NotFound(err):
			resourcekit.AddError(diags, path.Root("model"), "Could not read the model of the experiment", err)
			return
		}
	}
	m.fromAPI(ctx, e, client.OrgID(), name, diags)
}

// create creates a draft and then applies the rest of the configuration. Until that has succeeded, a destroy cancels the
// experiment, so that a tainted one that Terraform replaces does not remain open and unused.
func create(ctx context.Context, op *operation) (control.Experiment, error) {
	found, _, err := op.Client.ResolveModel(ctx, op.Plan.Model.ValueString())
	if err != nil {
		return control.Experiment{}, err
	}
	e, err := op.Client.CreateExperiment(ctx, op.Plan.createSettings(ctx, found.ID, op.Diags))
	if err != nil {
		return e, err
	}
	ids, status := targetIDs(ctx, op.Plan.TargetGroupIDs, op.Diags), op.Plan.Status
	if len(ids) == 0 && status.ValueString() != control.ExperimentRunning {
		return e, nil
	}
	configured := op.Plan.OnDestroy
	op.Plan.OnDestroy = types.StringValue(onDestroyCancel)
	op.SaveState(ctx, e)
	op.Plan.OnDestroy = configured
	if len(ids) > 0 {
		if err := op.Client.TargetExperiment(ctx, e.ID, ids); err != nil {
			return e, err
		}
	}
	if status.ValueString() == control.ExperimentRunning {
		after, answered, err := transition(ctx, op.Client, e.ID, control.ExperimentDraft, control.ExperimentRunning)
		if err != nil {
			return e, err
		}
		if answered {
			return after, nil
		}
	}
	return op.Client.Experiment(ctx, e.ID)
}

// update changes the settings before the status. What the last change has answered is the experiment, if it has.
func update(ctx context.Context, op *operation) (control.Experiment, error) {
	var after control.Experiment
	var answered bool
	var err error
	id, before := op.State.ID.ValueString(), op.State.Status.ValueString()
	if changes, due := op.Plan.updateSettings(op.State); due {
		after, answered, err = op.Client.UpdateExperiment(ctx, id, changes)
	}
	if err == nil && !op.Plan.Variants.Equal(op.State.Variants) {
		after, answered, err = op.Client.AllocateExperiment(ctx, id, op.Plan.variantsToAPI(ctx, op.Diags))
	}
	ids := targetIDs(ctx, op.Plan.TargetGroupIDs, op.Diags)
	if err == nil && !slices.Equal(ids, targetIDs(ctx, op.State.TargetGroupIDs, op.Diags)) {
		answered, err = false, op.Client.TargetExperiment(ctx, id, ids)
	}
	if status := op.Plan.Status; err == nil && resourcekit.Known(status) && status.ValueString() != before {
		after, answered, err = transition(ctx, op.Client, id, before, status.ValueString())
	}
	if err != nil || answered {
		return after, err
	}
	return op.Client.Experiment(ctx, id)
}
