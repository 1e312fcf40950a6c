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
	resourcekit.Source
}

type presetsModel struct {
	Presets []presetModel `tfsdk:"presets"`
}

// presetModel is a preset as Terraform holds it.
type presetModel struct {
	Name    types.String `tfsdk:"name"`
	Profile types.String `tfsdk:"policy_profile"`
	securitySettings
	AutoRollback types.Bool `tfsdk:"auto_rollback"`
}

// NewPresetsSource returns the data source octomil_compliance_presets.
func NewPresetsSource() datasource.DataSource {
	return &presetsSource{resourcekit.NewSource("octomil_compliance_presets")}
}

func (s *presetsSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	const null = "Null where the preset does not set it."
	attributes := computedSettings(null)
	attributes["name"] = schema.StringAttribute{Computed: true, MarkdownDescription: "The regulation: `gdpr`, `hipaa`, `pci` or `soc2`."}
	attributes["policy_profile"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "How strict the preset is, such as `regulated` or `balanced`. Null where the server does not say.",
	}
	attributes["auto_rollback"] = schema.BoolAttribute{
		Computed: true, MarkdownDescription: "What it asks of `octomil_rollback_policy`. " + null,
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "What regulations ask of the settings of an organization, as values for `octomil_org_settings` and " +
			"`octomil_rollback_policy`.",
		Attributes: map[string]schema.Attribute{
			"presets": schema.ListNestedAttribute{
				Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: attributes},
				MarkdownDescription: "The presets that this server has, by their names in alphabetical order.",
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
	fieldsFromAPI(append(m.fields(), field{key: "auto_rollback_enabled", binding: boolean{&m.AutoRollback}}), p.Settings)
	return m
}
