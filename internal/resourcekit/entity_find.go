package resourcekit

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// ImportState takes an identity, the object's id, or its name.
func (r *entityResource[M, O]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || r.ImportByIdentity(ctx, req, resp) || resp.Diagnostics.HasError() {
		return
	}
	o, found := r.entity.Find(ctx, client, req.ID, path.Empty(), &resp.Diagnostics)
	if !found {
		return
	}
	state := tfsdk.State{Schema: resp.State.Schema, Raw: resp.State.Raw.Copy()}
	r.entity.fill(ctx, client, &state, o, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	for _, part := range r.Identity { // Read does the rest
		var value *string
		resp.Diagnostics.Append(state.GetAttribute(ctx, path.Root(part.Name), &value)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(part.Name), value)...)
	}
	r.SetIdentity(ctx, state, resp.Identity, &resp.Diagnostics)
}

// Find finds an object by its id or its name; an id wins. at is the attribute to blame where there is none.
func (e *Entity[M, O]) Find(ctx context.Context, client *control.Client, word string, at path.Path, diags *diag.Diagnostics) (O, bool) {
	var none O
	o, found, names, err := e.search(ctx, client, word)
	switch {
	case err != nil:
		AddError(diags, at, "Could not find the "+e.Title, err)
		return none, false
	case !found:
		text := fmt.Sprintf("No %s of this organization has the id or the name %q; a name must be spelled exactly. Check the spelling, and org_id "+
			"of the provider block.", e.Title, word)
		if closest := Closest(word, names, suggestions); len(closest) > 0 {
			text += fmt.Sprintf("\n\nThe closest %s: %s.", e.Titles, strings.Join(closest, ", "))
		}
		diags.AddAttributeError(at, "Could not find the "+e.Title, text)
		return none, false
	}
	return o, true
}

// suggestions is how many names an error proposes.
const suggestions = 3

// search answers the names of the others, too, where it has seen them.
func (e *Entity[M, O]) search(ctx context.Context, client *control.Client, word string) (o O, found bool, names []string, err error) {
	if e.Lookup != nil {
		if o, found, err = e.Lookup(ctx, client, word); found || err != nil || e.List == nil {
			return o, found, nil, err
		}
	}
	all, err := e.List(ctx, client, nil)
	var ids []string
	for _, other := range all {
		name, id := e.Name(other), ""
		if e.ID != nil {
			id = e.ID(other)
		}
		if id == word && id != "" {
			return other, true, nil, nil
		}
		if names = append(names, name); name == word {
			o, ids = other, append(ids, id)
		}
	}
	if len(ids) > 1 {
		return o, false, nil, fmt.Errorf("%d %s have the name %q: use an id, which is one of %s", len(ids), e.Titles, word, strings.Join(ids, ", "))
	}
	return o, len(ids) == 1, names, err
}

// FoundOrNot is the answer of a Lookup that reads a word as an id.
func FoundOrNot[O any](o O, err error) (O, bool, error) {
	if NoSuchID(err) || control.NoSuchRoute(err) { // a name with a slash in it makes another route for some servers
		return o, false, nil
	}
	return o, err == nil, err
}

// NoSuchID is true when the server has nothing of that id, or says that it cannot even be an id.
func NoSuchID(err error) bool {
	return control.NotFound(err) || control.HasStatus(err, http.StatusBadRequest) || control.HasStatus(err, http.StatusUnprocessableEntity)
}
