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
	resourcekit.DataSourceBase
}

// NewSettingsSource returns the data source octomil_org_settings.
func NewSettingsSource() datasource.DataSource {
	return &settingsSource{resourcekit.NewDataSourceBase(orgSettings.typeName)}
}

func (s *settingsSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedSettings("Null if the server does not have this setting.")
	attributes["id"] = schema.StringAttribute{Computed: true, MarkdownDescription: "The same as `org_id`."}
	attributes["org_id"] = schema.StringAttribute{
		Optional: true, Computed: true, MarkdownDescription: "ID of the organization. Defaults to the provider's `org_id`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the current settings of an organization, for example to compare them with `octomil_compliance_presets`.",
		Attributes:          attributes,
	}
}

// computedSettings returns the settings as attributes of a data source. nullText says when one is null.
func computedSettings(nullText string) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	for _, f := range new(securitySettings).fields() {
		text := settingDescriptions[f.key] + " " + nullText
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
		addMissingOrganization(&resp.Diagnostics)
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
	orgSettings.fromAPI(ctx, &m, org, settings, nil, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
