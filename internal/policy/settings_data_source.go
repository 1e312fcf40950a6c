package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

type settingsSource struct {
	resourcekit.Source
}

// NewSettingsSource returns the data source octomil_org_settings.
func NewSettingsSource() datasource.DataSource {
	return &settingsSource{resourcekit.NewSource(orgSettings.typeName)}
}

func (s *settingsSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedSettings("Null where the server has no such setting.")
	attributes["id"] = schema.StringAttribute{Computed: true, MarkdownDescription: "The same as `org_id`."}
	attributes["org_id"] = schema.StringAttribute{
		Optional: true, Computed: true, MarkdownDescription: "The organization. Default: the `org_id` of the provider block.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The settings of an organization as they are now, for example to hold them against `octomil_compliance_presets`.",
		Attributes:          attributes,
	}
}

// computedSettings are the settings as a data source shows them.
func computedSettings(null string) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	for _, f := range new(securitySettings).fields() {
		text := settingDescriptions[f.key] + " " + null
		if _, isFlag := f.binding.(boolean); isFlag {
			attributes[f.key] = schema.BoolAttribute{Computed: true, MarkdownDescription: text}
		} else {
			attributes[f.key] = schema.Int64Attribute{Computed: true, MarkdownDescription: text}
		}
	}
	return attributes
}

func (s *settingsSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m settingsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, client := s.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	org := m.OrgID.ValueString()
	if org == "" {
		org = client.OrgID()
	}
	if org == "" {
		askForOrganization(&resp.Diagnostics)
		return
	}
	settings, err := client.Settings(ctx, org)
	if err != nil {
		at := path.Empty()
		if control.NotFound(err) {
			at = path.Root("org_id")
		}
		resourcekit.AddError(&resp.Diagnostics, at, "Could not read the organization settings", err)
		return
	}
	orgSettings.fromAPI(ctx, &m, org, settings, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
