package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

type presetsSource struct {
	resourcekit.DataSourceBase
}

type presetsModel struct {
	Presets []presetModel `tfsdk:"presets"`
}

// presetModel is one preset in the state.
type presetModel struct {
	Name    types.String `tfsdk:"name"`
	Profile types.String `tfsdk:"policy_profile"`
	securitySettings
	AutoRollback types.Bool `tfsdk:"auto_rollback"`
}

// NewPresetsSource returns the data source octomil_compliance_presets.
func NewPresetsSource() datasource.DataSource {
	return &presetsSource{resourcekit.NewDataSourceBase("octomil_compliance_presets")}
}

func (s *presetsSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	const nullText = "Null if the preset does not set it."
	attributes := computedSettings(nullText)
	attributes["name"] = schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the regulation: `gdpr`, `hipaa`, `pci` or `soc2`."}
	attributes["policy_profile"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Strictness of the preset, such as `regulated` or `balanced`. Null if the server does not report it.",
	}
	attributes["auto_rollback"] = schema.BoolAttribute{
		Computed: true, MarkdownDescription: "Value for `auto_rollback` of `octomil_rollback_policy`. " + nullText,
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the compliance presets: the values that regulations require of `octomil_org_settings` and " +
			"`octomil_rollback_policy`.",
		Attributes: map[string]schema.Attribute{
			"presets": schema.ListNestedAttribute{
				Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: attributes},
				MarkdownDescription: "Presets that the server has, sorted by name.",
			},
		},
	}
}

func (s *presetsSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, client := s.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	found := presetsModel{Presets: []presetModel{}}
	for _, name := range control.CompliancePresets {
		preset, err := client.CompliancePreset(ctx, name)
		if control.NotFound(err) {
			continue
		}
		if err != nil {
			resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read the compliance presets", err)
			return
		}
		found.Presets = append(found.Presets, presetFromAPI(preset))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &found)...)
}

func presetFromAPI(p control.CompliancePreset) presetModel {
	m := presetModel{Name: types.StringValue(p.Name), Profile: resourcekit.StringOrNull(p.Profile)}
	fieldsFromAPI(append(m.fields(), field{key: "auto_rollback_enabled", binding: boolean{&m.AutoRollback}}), p.Settings, nil)
	return m
}
