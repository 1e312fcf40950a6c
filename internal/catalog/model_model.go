package catalog

import (
	"cmp"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// modelModel is a model of the registry as Terraform holds it.
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

// creation is what a create sends: only what the configuration sets.
func (m *modelModel) creation() control.ModelSettings {
	return control.ModelSettings{
		Name: resourcekit.StringPointer(m.Name), Description: resourcekit.StringPointer(m.Description),
		Framework: resourcekit.StringPointer(m.Framework), UseCase: resourcekit.StringPointer(m.UseCase),
		ModelContract: objectOrNil(m.ModelContract), DataContract: objectOrNil(m.DataContract),
	}
}

func objectOrNil(value jsontypes.Normalized) json.RawMessage {
	if !resourcekit.Known(value) {
		return nil
	}
	return json.RawMessage(value.ValueString())
}

// changes are what is planned and not there before. What has left the configuration is sent empty.
func (m *modelModel) changes(before *modelModel) control.ModelSettings {
	var due control.ModelSettings
	for _, text := range []struct {
		planned, was types.String
		due          **string
	}{
		{m.Name, before.Name, &due.Name}, {m.Description, before.Description, &due.Description}, {m.UseCase, before.UseCase, &due.UseCase},
	} {
		if value := text.planned.ValueString(); value != text.was.ValueString() {
			*text.due = &value
		}
	}
	for _, object := range []struct {
		planned, was jsontypes.Normalized
		due          *json.RawMessage
	}{
		{m.ModelContract, before.ModelContract, &due.ModelContract}, {m.DataContract, before.DataContract, &due.DataContract},
	} {
		if text := objectText(object.planned); !sameJSON(text, objectText(object.was)) {
			*object.due = json.RawMessage(text)
		}
	}
	return due
}

// read takes the model from the server. org is the organization of a model that does not name its own.
func (m *modelModel) read(o control.Model, org string) {
	before := *m
	m.ID = types.StringValue(o.ID)
	m.OrgID = resourcekit.StringOrNull(cmp.Or(o.OrgID, before.OrgID.ValueString(), org))
	m.Name = types.StringValue(o.Name)
	m.Description = resourcekit.OptionalString(&o.Description, before.Description)
	m.Framework = types.StringValue(cmp.Or(o.Framework, before.Framework.ValueString()))
	m.UseCase = types.StringValue(cmp.Or(o.UseCase, before.UseCase.ValueString(), otherUse))
	m.ModelContract = readObject(o.ModelContract, before.ModelContract)
	m.DataContract = readObject(o.DataContract, before.DataContract)
	m.CreatedAt = resourcekit.StringOrNull(cmp.Or(o.CreatedAt, before.CreatedAt.ValueString()))
	if m.DeletionProtection.IsNull() {
		m.DeletionProtection = types.BoolValue(true)
	}
}
