package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// thing is the resource octomil_thing. The server keeps one JSON object under the name of each.
type thing struct{ url string }

type thingModel struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
}

// body is a thing on the wire.
type body struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

func newThing() resource.Resource { return &thing{} }

func (t *thing) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "octomil_thing"
}

func (t *thing) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":          schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}},
		"name":        schema.StringAttribute{Required: true},
		"description": schema.StringAttribute{Required: true},
	}}
}

func (t *thing) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	t.url, _ = req.ProviderData.(string)
}

func (t *thing) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m thingModel
	if resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	m.ID = m.Name
	sent := body{ID: m.ID.ValueString(), Name: m.Name.ValueString(), Description: m.Description.ValueString()}
	if _, err := t.call(ctx, http.MethodPut, sent.ID, sent); err != nil {
		resp.Diagnostics.AddError("Could not create the thing", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (t *thing) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m thingModel
	if resp.Diagnostics.Append(req.State.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	got, err := t.call(ctx, http.MethodGet, m.ID.ValueString(), nil)
	if err != nil {
		resp.Diagnostics.AddError("Could not read the thing", err.Error())
		return
	}
	m.Name, m.Description = types.StringValue(got.Name), types.StringValue(got.Description)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// Update is never called by the benchmarks, which change nothing.
func (t *thing) Update(_ context.Context, _ resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.AddError("A thing does not change", "Create another one.")
}

func (t *thing) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m thingModel
	if resp.Diagnostics.Append(req.State.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	if _, err := t.call(ctx, http.MethodDelete, m.ID.ValueString(), nil); err != nil {
		resp.Diagnostics.AddError("Could not delete the thing", err.Error())
	}
}

// call sends one request. The server answers with the thing.
func (t *thing) call(ctx context.Context, method, id string, sent any) (got body, err error) {
	var encoded bytes.Buffer
	if sent != nil {
		if err := json.NewEncoder(&encoded).Encode(sent); err != nil {
			return body{}, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, t.url+"/"+id, &encoded)
	if err != nil {
		return body{}, err
	}
	resp, err := http.DefaultClient.Do(req) //nolint:gosec // the server of the benchmark
	if err != nil {
		return body{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return body{}, fmt.Errorf("%s answered %s", req.URL, resp.Status)
	}
	err = json.NewDecoder(resp.Body).Decode(&got)
	return got, err
}
