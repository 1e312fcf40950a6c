package catalog

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

const modelTypeName = "octomil_model"

type modelOperation = resourcekit.Operation[modelModel, control.Model]

var modelEntity = resourcekit.Entity[modelModel, control.Model]{
	TypeName: modelTypeName,
	Title:    "model", Titles: "models",
	Schema:       modelSchema(),
	Identity:     resourcekit.Identity{{Name: "id", Description: "The id that the server gave to the model."}},
	Unique:       "name",
	ProviderOnly: []string{"deletion_protection"},

	Create: func(ctx context.Context, op *modelOperation) (control.Model, error) {
		return op.Client.CreateModel(ctx, op.Plan.creation())
	},
	Read: func(ctx context.Context, client *control.Client, m *modelModel) (control.Model, error) {
		return client.Model(ctx, m.ID.ValueString())
	},
	Update: func(ctx context.Context, op *modelOperation) (control.Model, error) {
		return op.Client.UpdateModel(ctx, op.State.ID.ValueString(), op.Plan.changes(op.State))
	},
	Delete: deleteModel,
	FromAPI: func(_ context.Context, client *control.Client, m *modelModel, o control.Model, _ *diag.Diagnostics) {
		m.read(o, client.OrgID())
	},

	List: func(ctx context.Context, client *control.Client, filters map[string]string) ([]control.Model, error) {
		return client.ModelsOf(ctx, filters["framework"], filters["use_case"])
	},
	Filters: []resourcekit.Filter[control.Model]{
		{
			Name: "framework", Description: "Only models of this framework, such as `pytorch`.",
			Of: func(m control.Model) string { return m.Framework },
		},
		{
			Name: "use_case", Description: "Only models of this use case, such as `text_generation`.",
			Of: func(m control.Model) string { return m.UseCase },
		},
	},
	Name: func(m control.Model) string { return m.Name },
	ID:   func(m control.Model) string { return m.ID },
	Lookup: func(ctx context.Context, client *control.Client, word string) (control.Model, bool, error) {
		return resourcekit.FoundOrNot(client.Model(ctx, word))
	},

	ModifyPlan:  planModel,
	PlannedName: func(planned modelModel) string { return planned.Name.ValueString() },
	Validate: func(_ context.Context, config modelModel, diags *diag.Diagnostics) {
		for name, value := range map[string]jsontypes.Normalized{"model_contract": config.ModelContract, "data_contract": config.DataContract} {
			if resourcekit.Known(value) && !isObject(value.ValueString()) {
				diags.AddAttributeError(path.Root(name), "The contract is no object", fmt.Sprintf("%s must be a JSON object, such as "+
					"jsonencode({ inputs = [\"text\"] }).", name))
			}
		}
	},
}

// planModel refuses to delete a protected model, and warns of what else would be deleted.
func planModel(ctx context.Context, _ *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		return
	}
	var state, plan modelModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	destroy := req.Plan.Raw.IsNull()
	if !destroy {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	switch {
	case resp.Diagnostics.HasError():
	case destroy || !plan.Framework.Equal(state.Framework):
		if state.protected() {
			refuseDeletion(&state, &resp.Diagnostics)
			return
		}
		resp.Diagnostics.AddWarning("All versions of the model are deleted", fmt.Sprintf("The model %s is deleted with all its versions, "+
			"also those that Terraform does not manage.", state.Name.ValueString()))
	}
}

func (m *modelModel) protected() bool {
	return m.DeletionProtection.IsNull() || m.DeletionProtection.ValueBool()
}

func refuseDeletion(m *modelModel, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("deletion_protection"), "The model is protected from deletion", fmt.Sprintf("The model %s would be "+
		"deleted with all its versions, also those that Terraform does not manage.\n\nIf that is meant, set deletion_protection = false and apply "+
		"first. To keep the model on the server and let Terraform forget it, use a removed block or terraform state rm.", m.Name.ValueString()))
}

// deleteModel has a second look at the protection: of what replaces a tainted resource no plan asks the provider.
func deleteModel(ctx context.Context, op *modelOperation) error {
	if op.State.protected() {
		refuseDeletion(op.State, op.Diags)
		op.Diags.AddWarning("The model may be tainted", "Where a plan replaces the model although nothing of it has changed, an earlier "+
			"apply has failed and marked it as tainted: terraform untaint keeps it.")
		return nil
	}
	return op.Client.DeleteModel(ctx, op.State.ID.ValueString())
}
