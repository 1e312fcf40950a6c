package resourcekit

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Find returns the object that has the ID or the name; an ID takes precedence. It is false after an error, which is on the
// attribute at: an import passes path.Empty(), a data source its key.
func (e *Entity[M, O]) Find(ctx context.Context, client *control.Client, idOrName string, at path.Path, diags *diag.Diagnostics) (O, bool) {
	o, found, names, err := e.search(ctx, client, idOrName)
	switch {
	case err != nil:
		AddError(diags, at, "Could not find the "+e.Title, err)
	case !found:
		text := fmt.Sprintf("No %s of this organization has the ID or the name %q. Check the spelling, which must match exactly, and `org_id` "+
			"in the provider block.", e.Title, idOrName)
		if len(names) > 0 {
			text += "\n\n" + DidYouMean(idOrName, e.Titles, names)
		}
		diags.AddAttributeError(at, "Could not find the "+e.Title, text)
	}
	return o, found && err == nil
}

// search looks the object up by its ID, then in the list: by its exact name, then by one that reads the same. If it is in neither, names are those of the objects in the list.
func (e *Entity[M, O]) search(ctx context.Context, client *control.Client, idOrName string) (o O, found bool, names []string, err error) {
	if e.Lookup != nil {
		if o, found, err = e.Lookup(ctx, client, idOrName); found || err != nil || e.List == nil {
			return o, found, nil, err
		}
	}
	all, err := e.List(ctx, client, nil)
	exact := func(a, b string) bool { return a == b }
	for _, same := range []func(a, b string) bool{exact, control.SameText} {
		var ids []string
		names = nil
		for _, other := range all {
			name, id := e.Name(other), ""
			if e.ID != nil {
				id = e.ID(other)
			}
			if id == idOrName && id != "" {
				return other, true, nil, nil
			}
			if names = append(names, name); same(name, idOrName) {
				o, ids = other, append(ids, id)
			}
		}
		if len(ids) > 1 {
			return o, false, nil, fmt.Errorf("%d %s have the name %q: use an ID, which is one of %s", len(ids), e.Titles, idOrName, strings.Join(ids, ", "))
		}
		if len(ids) == 1 {
			return o, true, names, err
		}
	}
	return o, false, names, err
}

// FoundOrNot turns the result of a read by ID into that of a Lookup: no object with this ID is not an error.
func FoundOrNot[O any](o O, err error) (O, bool, error) {
	if NoSuchID(err) || control.NoSuchRoute(err) { // with some servers, a name with a slash is another route
		return o, false, nil
	}
	return o, err == nil, err
}

// NoSuchID is true if the server has no object with the ID, or does not accept the text as an ID.
func NoSuchID(err error) bool {
	return control.NotFound(err) || control.HasStatus(err, http.StatusBadRequest) || control.HasStatus(err, http.StatusUnprocessableEntity)
}
