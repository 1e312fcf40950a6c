package federation

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

type operation = resourcekit.Operation[model, object]

var noun = resourcekit.Noun[model, object]{
	TypeName: "octomil_federation",
	Title:    "federation", Titles: "federations",
	Schema:   federationSchema(),
	Identity: resourcekit.Identity{{Name: "id", Description: "The id that the server gave to the federation."}},
	Unique:   "name",
	Fields:   map[string]string{"org_ids": "member_org_ids", "model_id": "models"},
	Remains: "The API cannot delete a federation: its members, models and privacy budget stay as they are. A new resource of the same name " +
		"takes it over again, as long as the federation holds nothing that the configuration does not name.",

	Create: create,
	Read: func(ctx context.Context, client *control.Client, m *model) (object, error) {
		f, err := client.Federation(ctx, m.ID.ValueString())
		if err != nil {
			return object{}, err
		}
		return readDetails(ctx, client, f, m)
	},
	Update: func(ctx context.Context, op *operation) (object, error) {
		f, err := op.Client.Federation(ctx, op.State.ID.ValueString())
		if err != nil {
			return object{}, err
		}
		o, err := readDetails(ctx, op.Client, f, op.Plan)
		if err != nil {
			return o, err
		}
		return converge(ctx, op, o)
	},
	Take: func(ctx context.Context, client *control.Client, m *model, o object, diags *diag.Diagnostics) {
		if o.details == nil {
			detailed, err := readDetails(ctx, client, o.Federation, m)
			if err != nil {
				resourcekit.AddError(diags, path.Empty(), "Could not read the federation", err)
				return
			}
			o = detailed
		}
		m.fromAPI(ctx, o, client.OrgID(), diags)
	},

	List: func(ctx context.Context, client *control.Client, _ map[string]string) ([]object, error) {
		all, err := client.Federations(ctx)
		objects := make([]object, len(all))
		for i, f := range all {
			objects[i].Federation = f
		}
		return objects, err
	},
	Name: func(o object) string { return o.Name },
	ID:   func(o object) string { return o.ID },
	Lookup: func(ctx context.Context, client *control.Client, idOrName string) (object, bool, error) {
		f, err := client.Federation(ctx, idOrName)
		return resourcekit.Tried(object{Federation: f}, err)
	},

	Plan:     modifyPlan,
	Announce: func(planned model) string { return planned.Name.ValueString() },
	Validate: validate,
}

// create makes the federation, or goes on with one that was left behind. What the API can never delete it must be able to take over:
// after a failed create Terraform replaces the resource, and nobody could ever get the name again.
func create(ctx context.Context, op *operation) (object, error) {
	f, err := op.Client.CreateFederation(ctx, op.Plan.Name.ValueString(), resourcekit.StringPointer(op.Plan.Description))
	o := object{f, &details{}}
	if control.HasStatus(err, http.StatusConflict) && !resourcekit.PolicyDenied(err) {
		existing, found, findErr := findAdoptable(ctx, op)
		if findErr != nil {
			return object{}, findErr
		}
		if found {
			op.Diags.AddAttributeWarning(path.Root("name"), "The federation was there already", fmt.Sprintf("%q, with the id %s, holds nothing "+
				"that the configuration does not name, so it was taken over.", existing.Name, existing.ID))
			o, err = existing, nil
		}
	}
	if err != nil {
		return object{}, err
	}
	op.Keep(ctx, o)
	return converge(ctx, op, o)
}

// findAdoptable finds a federation of the planned name to which nobody has added anything else than what is planned.
func findAdoptable(ctx context.Context, op *operation) (object, bool, error) {
	f, found, err := op.Client.FederationByName(ctx, op.Plan.Name.ValueString())
	if err != nil || !found {
		return object{}, false, err
	}
	o, err := readDetails(ctx, op.Client, f, &model{})
	return o, err == nil && !op.Plan.leavesUnmanaged(ctx, o, op.Diags), err
}

// converge adds to a federation what it has not yet of the plan.
func converge(ctx context.Context, op *operation, o object) (object, error) {
	if !inviteMembers(ctx, op, o) || !shareModels(ctx, op, o) {
		return o, nil
	}
	if err := setBudget(ctx, op, o); err != nil {
		return o, err
	}
	return readDetails(ctx, op.Client, o.Federation, op.Plan)
}

// inviteMembers is false after an error, which it has told.
func inviteMembers(ctx context.Context, op *operation, o object) bool {
	missing := slices.DeleteFunc(stringsOf(ctx, op.Plan.MemberOrgIDs, op.Diags), func(org string) bool { return hasMember(o.details.members, org) })
	if len(missing) == 0 {
		return true
	}
	err := op.Client.InviteToFederation(ctx, o.ID, missing)
	if err != nil {
		resourcekit.AddError(op.Diags, path.Root("member_org_ids"), "Could not invite to the federation", err)
	}
	return err == nil
}

// shareModels is false after an error, which it has told.
func shareModels(ctx context.Context, op *operation, o object) bool {
	for _, idOrName := range stringsOf(ctx, op.Plan.Models, op.Diags) {
		found, _, err := op.Client.ResolveModel(ctx, idOrName)
		if err == nil && !hasModel(o.details.models, found.ID) {
			err = op.Client.ShareModel(ctx, o.ID, found.ID)
		}
		if err != nil {
			resourcekit.AddError(op.Diags, path.Root("models"), fmt.Sprintf("Could not share the model %q", idOrName), err)
			return false
		}
	}
	return true
}

// setBudget leaves a budget alone that the configuration does not set.
func setBudget(ctx context.Context, op *operation, o object) error {
	if op.Config.TotalEpsilonBudget.IsNull() {
		return nil
	}
	wanted, have := op.Plan.budget(), o.details.budget
	if budgetMatches(wanted.Epsilon, have.Epsilon) && budgetMatches(wanted.Delta, have.Delta) {
		return nil
	}
	return op.Client.SetPrivacyBudget(ctx, o.ID, wanted)
}
