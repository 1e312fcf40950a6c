package resourcekit

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// entityDataSource is the data source of one object.
type entityDataSource[M, O any] struct {
	DataSourceBase
	entity *Entity[M, O]
	// key is the attribute that holds the name or the ID.
	key         string
	description string
}

// DataSource returns the data source of one object. Its required attribute key, such as "name", accepts the name and the ID.
func (e *Entity[M, O]) DataSource(key, description string) datasource.DataSource {
	return &entityDataSource[M, O]{DataSourceBase: NewDataSourceBase(e.TypeName), entity: e, key: key, description: description}
}

func (s *entityDataSource[M, O]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := s.entity.dataSourceAttributes()
	attributes[s.key] = schema.StringAttribute{
		Required:            true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		MarkdownDescription: "The `" + s.key + "` or the ID of the " + s.entity.Title + ".",
	}
	resp.Schema = schema.Schema{MarkdownDescription: s.description, Attributes: attributes}
}

func (s *entityDataSource[M, O]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	at := path.Root(s.key)
	var idOrName types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, at, &idOrName)...)
	ctx, client := s.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	o, found := s.entity.Find(ctx, client, idOrName.ValueString(), at, &resp.Diagnostics)
	if !found {
		return
	}
	if resp.State.Raw = s.entity.dataSourceValue(ctx, client, o, resp.State.Schema.Type(), &resp.Diagnostics); !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, at, idOrName)...)
	}
}

// entityListDataSource is the plural data source.
type entityListDataSource[M, O any] struct {
	DataSourceBase
	entity      *Entity[M, O]
	key         string
	description string
}

// DataSources returns the plural data source. Its attribute key, such as "models", holds the objects that match the filters.
func (e *Entity[M, O]) DataSources(typeName, key, description string) datasource.DataSource {
	return &entityListDataSource[M, O]{DataSourceBase: NewDataSourceBase(typeName), entity: e, key: key, description: description}
}

func (s *entityListDataSource[M, O]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		s.key: schema.ListNestedAttribute{
			Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: s.entity.dataSourceAttributes()},
			MarkdownDescription: "The " + s.entity.Titles + ", in the order that the server returns.",
		},
	}
	for _, f := range s.entity.filters() {
		attributes[f.Name] = schema.StringAttribute{
			Required: f.Required, Optional: !f.Required, Validators: f.validators(), MarkdownDescription: f.Description,
		}
	}
	resp.Schema = schema.Schema{MarkdownDescription: s.description, Attributes: attributes}
}

func (s *entityListDataSource[M, O]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	filters := configuredFilters(ctx, req.Config, s.entity.filters(), &resp.Diagnostics)
	ctx, client := s.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	all, err := s.entity.filtered(ctx, client, filters)
	if err != nil {
		AddError(&resp.Diagnostics, path.Empty(), "Could not list the "+s.entity.Titles, err)
		return
	}
	element := schema.Schema{Attributes: s.entity.dataSourceAttributes()}.Type()
	objects := make([]tftypes.Value, len(all))
	for i, o := range all {
		objects[i] = s.entity.dataSourceValue(ctx, client, o, element, &resp.Diagnostics)
	}
	var config map[string]tftypes.Value
	if err := req.Config.Raw.As(&config); err != nil {
		resp.Diagnostics.AddError("Could not read the configuration", "Please report this issue to the provider developers: "+err.Error())
		return
	}
	config[s.key] = tftypes.NewValue(tftypes.List{ElementType: element.TerraformType(ctx)}, objects)
	resp.State.Raw = tftypes.NewValue(resp.State.Schema.Type().TerraformType(ctx), config)
}

// dataSourceValue returns the object as a value of a data source's type, without the attributes that the server does not
// know.
func (e *Entity[M, O]) dataSourceValue(ctx context.Context, client *control.Client, o O, typ attr.Type, diags *diag.Diagnostics) tftypes.Value {
	state := tfsdk.State{Schema: e.Schema}
	e.fill(ctx, client, &state, o, diags)
	object := typ.TerraformType(ctx)
	var all map[string]tftypes.Value
	if diags.HasError() || state.Raw.As(&all) != nil {
		return tftypes.NewValue(object, nil)
	}
	maps.DeleteFunc(all, func(name string, _ tftypes.Value) bool { return e.omits(name) })
	return tftypes.NewValue(object, all)
}

// omits reports whether data sources have no such attribute.
func (e *Entity[M, O]) omits(name string) bool {
	return slices.Contains(e.ProviderOnly, name) || slices.Contains(e.ResourceOnly, name)
}

// dataSourceAttributes returns the attributes that data sources have, as computed ones.
func (e *Entity[M, O]) dataSourceAttributes() map[string]schema.Attribute {
	attributes := maps.Clone(e.Schema.Attributes)
	maps.DeleteFunc(attributes, func(name string, _ resourceschema.Attribute) bool { return e.omits(name) })
	return computedAttributes(attributes)
}

func computedAttributes(of map[string]resourceschema.Attribute) map[string]schema.Attribute {
	out := map[string]schema.Attribute{}
	for name, a := range of {
		out[name] = computedAttribute(a)
	}
	return out
}

func computedAttribute(of resourceschema.Attribute) schema.Attribute {
	text := of.GetMarkdownDescription()
	switch a := of.(type) {
	case resourceschema.StringAttribute:
		return schema.StringAttribute{Computed: true, MarkdownDescription: text, CustomType: a.CustomType}
	case resourceschema.BoolAttribute:
		return schema.BoolAttribute{Computed: true, MarkdownDescription: text}
	case resourceschema.Int64Attribute:
		return schema.Int64Attribute{Computed: true, MarkdownDescription: text}
	case resourceschema.Float64Attribute:
		return schema.Float64Attribute{Computed: true, MarkdownDescription: text}
	case resourceschema.SetAttribute:
		return schema.SetAttribute{Computed: true, MarkdownDescription: text, ElementType: a.ElementType}
	case resourceschema.ListAttribute:
		return schema.ListAttribute{Computed: true, MarkdownDescription: text, ElementType: a.ElementType}
	case resourceschema.MapAttribute:
		return schema.MapAttribute{Computed: true, MarkdownDescription: text, ElementType: a.ElementType}
	case resourceschema.SingleNestedAttribute:
		return schema.SingleNestedAttribute{Computed: true, MarkdownDescription: text, Attributes: computedAttributes(a.Attributes)}
	case resourceschema.ListNestedAttribute:
		return schema.ListNestedAttribute{Computed: true, MarkdownDescription: text, NestedObject: nestedObject(a.NestedObject)}
	case resourceschema.SetNestedAttribute:
		return schema.SetNestedAttribute{Computed: true, MarkdownDescription: text, NestedObject: nestedObject(a.NestedObject)}
	case resourceschema.MapNestedAttribute:
		return schema.MapNestedAttribute{Computed: true, MarkdownDescription: text, NestedObject: nestedObject(a.NestedObject)}
	}
	panic(fmt.Sprintf("a data source cannot show a %T yet", of))
}

func nestedObject(of resourceschema.NestedAttributeObject) schema.NestedAttributeObject {
	return schema.NestedAttributeObject{Attributes: computedAttributes(of.Attributes)}
}
