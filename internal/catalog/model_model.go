package catalog

import (
	"cmp"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// modelModel is the state of octomil_model.
type modelModel struct {
	ID                 types.String         `tfsdk:"id"`
	OrgID              types.String         `tfsdk:"org_id"`
	Name               types.String         `tfsdk:"name"`
	Description        types.String         `tfsdk:"description"`
	Framework          types.String         `tfsdk:"framework"`
	UseCase            types.String         `tfsdk:"use_case"`
	ModelContract      jsontypes.Normalized `tfsdk:"model_contract"`
	DataContract       jsontypes.Normalized `tfsdk:"data_contract"`
	CreatedAt          types.String         `tfsdk:"created_at"`
	DeletionProtection types.Bool           `tfsdk:"deletion_protection"`
}

// createSettings returns what a create sends: only what the configuration sets.
func (m *modelModel) createSettings() control.ModelSettings {
	return control.ModelSettings{
		Name: resourcekit.StringPointer(m.Name), Description: resourcekit.StringPointer(m.Description),
		Framework: resourcekit.StringPointer(m.Framework), UseCase: resourcekit.StringPointer(m.UseCase),
		ModelContract: objectToAPI(m.ModelContract), DataContract: objectToAPI(m.DataContract),
	}
}

func objectToAPI(value jsontypes.Normalized) json.RawMessage {
	if !resourcekit.Known(value) {
		return nil
	}
	return json.RawMessage(value.ValueString())
}

// updateSettings returns the settings that differ from prior. A setting that was removed from the configuration is sent empty.
func (m *modelModel) updateSettings(prior *modelModel) control.ModelSettings {
	var settings control.ModelSettings
	for _, text := range []struct {
		planned, prior types.String
		setting        **string
	}{
		{m.Name, prior.Name, &settings.Name}, {m.Description, prior.Description, &settings.Description}, {m.UseCase, prior.UseCase, &settings.UseCase},
	} {
		if value := text.planned.ValueString(); value != text.prior.ValueString() {
			*text.setting = &value
		}
	}
	for _, object := range []struct {
		planned, prior jsontypes.Normalized
		setting        *json.RawMessage
	}{
		{m.ModelContract, prior.ModelContract, &settings.ModelContract}, {m.DataContract, prior.DataContract, &settings.DataContract},
	} {
		if text := objectOrEmpty(object.planned); !sameJSON(text, objectOrEmpty(object.prior)) {
			*object.setting = json.RawMessage(text)
		}
	}
	return settings
}

// fromAPI sets the model from the server's. org is used where the server does not return the organization.
func (m *modelModel) fromAPI(o control.Model, org string) {
	prior := *m
	m.ID = types.StringValue(o.ID)
	m.OrgID = resourcekit.StringOrNull(cmp.Or(o.OrgID, prior.OrgID.ValueString(), org))
	m.Name = types.StringValue(o.Name)
	m.Description = resourcekit.OptionalString(&o.Description, prior.Description)
	m.Framework = types.StringValue(cmp.Or(o.Framework, prior.Framework.ValueString()))
	m.UseCase = types.StringValue(cmp.Or(o.UseCase, prior.UseCase.ValueString(), defaultUseCase))
	m.ModelContract = objectFromAPI(o.ModelContract, prior.ModelContract)
	m.DataContract = objectFromAPI(o.DataContract, prior.DataContract)
	m.CreatedAt = resourcekit.StringOrNull(cmp.Or(o.CreatedAt, prior.CreatedAt.ValueString()))
	if m.DeletionProtection.IsNull() {
		m.DeletionProtection = types.BoolValue(true)
	}
}
