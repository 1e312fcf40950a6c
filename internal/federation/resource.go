package federation

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

type operation = resourcekit.Operation[model, object]

var entity = resourcekit.Entity[model, object]{
	TypeName: "octomil_federation",
	Title:    "federation", Titles: "federations",
	Schema:   federationSchema(),
	Identity: resourcekit.Identity{{Name: "id", Description: "ID of the federation, assigned by the server."}},
	Unique:   "name",
	Exact:    []string{"models", "member_org_ids"},
	Fields:   map[string]string{"org_ids": "member_org_ids", "model_id": "models"},
	DestroyWarning: "The API cannot delete a federation: its members, models and privacy budget remain unchanged. A new resource with the same " +
		"name adopts the federation, unless the federation holds anything that the configuration does not name.",

	Create: create,
	Read: func(ctx context.Context, client *control.Client, m *model) (object, error) {
		f, err := client.Federation(ctx, m.ID.ValueString())
		if err != nil {
			return object{}, err
		}
		return readDetails(ctx, client, newObject(f), m)
	},
	Update: func(ctx context.Context, op *operation) (object, error) {
		f, err := op.Client.Federation(ctx, op.State.ID.ValueString())
		if err != nil {
			return object{}, err
		}
		o, err := readDetails(ctx, op.Client, newObject(f), op.Plan)
		if err != nil {
			return o, err
		}
		return converge(ctx, op, o)
	},
	FromAPI: func(ctx context.Context, client *control.Client, m *model, o object, diags *diag.Diagnostics) {
		if o.details == nil {
			detailed, err := readDetails(ctx, client, newObject(o.Federation), m)
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
		return resourcekit.FoundOrNot(object{Federation: f}, err)
	},

	ModifyPlan:  modifyPlan,
	PlannedName: func(planned model) string { return planned.Name.ValueString() },
	Validate:    validate,
}

// create creates the federation, or adopts one that an earlier run left behind. Without that, a name could never be used again
// after a failed create: Terraform replaces the tainted resource, and the API cannot delete the federation.
func create(ctx context.Context, op *operation) (object, error) {
	f, err := op.Client.CreateFederation(ctx, op.Plan.Name.ValueString(), resourcekit.StringPointer(op.Plan.Description))
	o := newObject(f)
	if resourcekit.IsConflict(err) {
		existing, found, findErr := findAdoptable(ctx, op)
		if findErr != nil {
			return object{}, findErr
		}
		if found {
			op.Diags.AddAttributeWarning(path.Root("name"), "Adopted an existing federation", fmt.Sprintf("The federation %q with the ID `%s` "+
				"already existed. It was adopted because it holds nothing that the configuration does not name.", existing.Name, existing.ID))
			o, err = existing, nil
		}
	}
	if err != nil {
		return object{}, err
	}
	op.SaveState(ctx, o)
	return converge(ctx, op, o)
}

// findAdoptable finds a federation that has the planned name and holds nothing that is not planned.
func findAdoptable(ctx context.Context, op *operation) (object, bool, error) {
	f, found, err := op.Client.FederationByName(ctx, op.Plan.Name.ValueString())
	if err != nil || !found {
		return object{}, false, err
	}
	o, err := readDetails(ctx, op.Client, newObject(f), &model{})
	return o, err == nil && !op.Plan.leavesUnmanaged(ctx, o, op.Diags), err
}

// converge adds whatever the plan has and the federation does not. It reads what no answer has shown: which of the invited are members, and what
// has not been touched of a federation that was just created.
func converge(ctx context.Context, op *operation, o object) (object, error) {
	if !inviteMembers(ctx, op, o) || !shareModels(ctx, op, o) {
		return o, nil
	}
	if err := setBudget(ctx, op, o); err != nil {
		return o, err
	}
	return readDetails(ctx, op.Client, o, op.Plan)
}

// inviteMembers invites the planned members that are missing. It returns false after an error, which it has added to op.Diags.
func inviteMembers(ctx context.Context, op *operation, o object) bool {
	missing := slices.DeleteFunc(stringsOf(ctx, op.Plan.MemberOrgIDs, op.Diags), func(org string) bool { return hasMember(o.details.members, org) })
	if len(missing) == 0 {
		return true
	}
	err := op.Client.InviteToFederation(ctx, o.ID, missing)
	o.details.unread.members = true
	if err != nil {
		resourcekit.AddError(op.Diags, path.Root("member_org_ids"), "Could not invite the members to the federation", err)
	}
	return err == nil
}

// shareModels shares the planned models that are missing. It returns false after an error, which it has added to op.Diags.
func shareModels(ctx context.Context, op *operation, o object) bool {
	d, unanswered := o.details, false
	wanted := stringsOf(ctx, op.Plan.Models, op.Diags)
	for _, idOrName := range wanted {
		found, _, err := op.Client.ResolveModel(ctx, idOrName)
		if err == nil && !hasModel(d.models, found.ID) {
			var shared control.SharedModel
			var answered bool
			if shared, answered, err = op.Client.ShareModel(ctx, o.ID, found.ID); answered {
				d.models = append(d.models, shared)
			}
			unanswered = unanswered || !answered
		}
		if err != nil {
			resourcekit.AddError(op.Diags, path.Root("models"), fmt.Sprintf("Could not share the model %q", idOrName), err)
			return false
		}
	}
	d.unread.models = unanswered || d.unread.models && len(wanted) == 0
	return true
}

// setBudget writes the budget if the configuration sets one that differs from the server's.
func setBudget(ctx context.Context, op *operation, o object) error {
	if op.Config.TotalEpsilonBudget.IsNull() {
		return nil
	}
	wanted, have := op.Plan.budget(), o.details.budget
	if budgetMatches(wanted.Epsilon, have.Epsilon) && budgetMatches(wanted.Delta, have.Delta) {
		return nil
	}
	after, answered, err := op.Client.SetPrivacyBudget(ctx, o.ID, wanted)
	o.details.budget, o.details.unread.budget = after, !answered
	return err
}
