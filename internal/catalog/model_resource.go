package catalog

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

const modelTypeName = "octomil_model"

type modelOperation = resourcekit.Operation[modelModel, control.Model]

var modelEntity = resourcekit.Entity[modelModel, control.Model]{
	TypeName: modelTypeName,
	Title:    "model", Titles: "models",
	Schema:       modelSchema(),
	Identity:     resourcekit.Identity{{Name: "id", Description: "ID of the model, assigned by the server."}},
	Unique:       "name",
	ProviderOnly: []string{"deletion_protection"},
	KnownAs: func(client *control.Client, m modelModel, o control.Model) {
		client.ModelKnownAs(m.Name.ValueString(), o)
	},

	Create: func(ctx context.Context, op *modelOperation) (control.Model, error) {
		return op.Client.CreateModel(ctx, op.Plan.createSettings())
	},
	Read: func(ctx context.Context, client *control.Client, m *modelModel) (control.Model, error) {
		return client.Model(ctx, m.ID.ValueString())
	},
	Update: func(ctx context.Context, op *modelOperation) (control.Model, error) {
		return op.Client.UpdateModel(ctx, op.State.ID.ValueString(), op.Plan.updateSettings(op.State))
	},
	Delete: deleteModel,
	FromAPI: func(_ context.Context, client *control.Client, m *modelModel, o control.Model, _ *diag.Diagnostics) {
		m.fromAPI(o, client.OrgID())
	},

	List: func(ctx context.Context, client *control.Client, filters map[string]string) ([]control.Model, error) {
		return client.ModelsOf(ctx, filters["framework"], filters["use_case"])
	},
	Filters: []resourcekit.Filter[control.Model]{
		{
			Name: "framework", Description: "Only models with this framework, such as `pytorch`.",
			Of: func(m control.Model) string { return m.Framework },
		},
		{
			Name: "use_case", Description: "Only models with this use case, such as `text_generation`.",
			Of: func(m control.Model) string { return m.UseCase },
		},
	},
	Name: func(m control.Model) string { return m.Name },
	ID:   func(m control.Model) string { return m.ID },
	Lookup: func(ctx context.Context, client *control.Client, idOrName string) (control.Model, bool, error) {
		return resourcekit.FoundOrNot(client.Model(ctx, idOrName))
	},

	ModifyPlan:  planModel,
	PlannedName: func(planned modelModel) string { return planned.Name.ValueString() },
	Validate: func(_ context.Context, config modelModel, diags *diag.Diagnostics) {
		for name, value := range map[string]jsontypes.Normalized{"model_contract": config.ModelContract, "data_contract": config.DataContract} {
			if !resourcekit.Known(value) {
				continue
			}
			if err := control.CheckJSON(value.ValueString()); err != nil {
				diags.AddAttributeError(path.Root(name), "Invalid contract", fmt.Sprintf("%#q cannot be used: %s.", name, err))
			} else if !isObject(value.ValueString()) {
				diags.AddAttributeError(path.Root(name), "Invalid contract", fmt.Sprintf("%#q must be a JSON object, such as `jsonencode({ inputs = [\"text\"] })`.", name))
			}
		}
	},
}

// deleteModel checks the protection again: Terraform does not ask the provider to plan the destroy of a tainted resource.
func deleteModel(ctx context.Context, op *modelOperation) error {
	if !checkDeletionProtection(op.State, op.Diags) {
		op.Diags.AddWarning("The model may be tainted", "If a plan replaces the model although none of its attributes has changed, an earlier apply has "+
			"failed and marked the model as tainted. Run `terraform untaint` to keep it.")
		return nil
	}
	return op.Client.DeleteModel(ctx, op.State.ID.ValueString())
}
