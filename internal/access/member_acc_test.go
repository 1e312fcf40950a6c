package access_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const membersPath = "/api/v1/orgs/demo/members"

func ada(role string) map[string]any {
	return map[string]any{"email": "ada@example.com", "name": "Ada", "role": role}
}

func acceptInvitation(t *testing.T, sb *acctest.Sandbox) {
	t.Helper()
	sb.Do(t, http.MethodPost, "/sandbox/members/ada@example.com/accept", nil)
}

// CONTRACT.md 7.34
func TestAccOrgMember_lifecycle(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_org_member")
		core.Converge(t, map[string]any{"email": "ada@example.com"}, acctest.ActionCreate)
		core.ExpectState(t, map[string]any{"id": "usr_00000001", "role": "member", "status": "pending", "name": nil, "joined_at": nil})

		// Until the invitation is accepted, the role and the name change in place.
		core.Converge(t, ada("admin"), acctest.ActionUpdate)
		core.ExpectState(t, map[string]any{"id": "usr_00000001", "role": "admin", "name": "Ada", "status": "pending"})
		// A name that is removed from the configuration is kept.
		core.Converge(t, map[string]any{"email": "ada@example.com", "role": "admin"}, acctest.ActionNone)
		// A change of the case of the address makes no request.
		writes := len(sb.Writes())
		config := ada("admin")
		config["email"] = "Ada@Example.com"
		core.Converge(t, config, acctest.ActionUpdate)
		if len(sb.Writes()) != writes {
			t.Errorf("a change of case has made %v", sb.Writes())
		}
		// Drift is reverted.
		sb.Do(t, http.MethodPost, membersPath, map[string]any{"email": "ada@example.com", "role": "owner", "name": "A."})
		core.Converge(t, config, acctest.ActionUpdate)
		core.ExpectState(t, map[string]any{"role": "admin", "name": "Ada", "email": "Ada@Example.com"})

		acceptInvitation(t, sb)
		if report := core.Refresh(); report.Failed() {
			t.Fatal(report.Errors)
		}
		core.Converge(t, config, acctest.ActionNone)
		if state := core.State(); state["status"] != "active" || state["joined_at"] == nil {
			t.Errorf("after the invitation was accepted the state is %v", state)
		}
		report := core.Destroy()
		expectMention(t, report.Warnings, "Ada@Example.com", "the role `admin`", "cannot remove")
		if left := listObjects(t, sb, membersPath, "members"); report.Failed() || len(left) != 1 || left[0]["role"] != "admin" {
			t.Errorf("after the destroy the members are %v: %v", left, report.Errors)
		}
	})
}

// The API cannot change the role of a member who has joined: the plan warns, the apply fails, and the state does not change.
//
// CONTRACT.md 7.32
func TestAccOrgMember_joined(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_org_member")
		core.Converge(t, ada("member"), acctest.ActionCreate)
		acceptInvitation(t, sb)
		plan := core.Plan(ada("admin"))
		expectMention(t, plan.Warnings, "role: ", "`ada@example.com` is a member with the role `member`", "dashboard")
		report := core.Apply(plan)
		expectMention(t, report.Errors, "role: Could not update the member", "409", "req_", "dashboard")
		core.ExpectState(t, map[string]any{"role": "member", "status": "active"})
		named := ada("member")
		named["name"] = "Ada Lovelace"
		plan = core.Plan(named)
		report = core.Apply(plan)
		expectMention(t, plan.Warnings, "name: ")
		expectMention(t, report.Errors, "name: Could not update the member", "409")
		core.Converge(t, ada("member"), acctest.ActionNone)
	})
}

// An existing member is not adopted silently.
func TestAccOrgMember_exists(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		sb.Do(t, http.MethodPost, membersPath, map[string]any{"email": "ada@example.com", "role": "owner"})
		acceptInvitation(t, sb)
		core := sb.Core(t, "octomil_org_member")
		report := core.Apply(core.Plan(ada("member")))
		expectMention(t, report.Errors, "email: Could not create the member", "409", "req_", `terraform import octomil_org_member.<address> "usr_00000001"`)
		if core.State() != nil {
			t.Errorf("the state is %v", core.State())
		}
		config := map[string]any{"email": "Ada@example.com", "role": "owner"}
		for how, imported := range map[string]func() acctest.Diagnostics{
			"by ID": func() acctest.Diagnostics { return core.Import("usr_00000001") }, "by address": func() acctest.Diagnostics { return core.Import("ADA@example.com") },
			"by identity": func() acctest.Diagnostics {
				return core.ImportIdentity(map[string]any{"org_id": "demo", "id": "usr_00000001"})
			},
		} {
			if report := imported(); report.Failed() {
				t.Errorf("import %s: %v", how, report.Errors)
			}
			if plan := core.Plan(config); plan.Failed() || len(plan.Warnings) > 0 {
				t.Errorf("plan after the import %s: %v %v", how, plan.Errors, plan.Warnings)
			}
		}
		expectMention(t, core.Import("ada@exampel.com").Errors, `has the ID or the name "ada@exampel.com"`)
	})
}

// Another address is another member; the first one remains.
func TestAccOrgMember_emailChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, memberChangesAddress)
}

func memberChangesAddress(t *testing.T) {
	sb := acctest.StartVirtual(t)
	core := sb.Core(t, "octomil_org_member")
	core.Converge(t, ada("member"), acctest.ActionCreate)
	config := map[string]any{"email": "grace@example.com"}
	core.Converge(t, config, acctest.ActionReplace)
	core.ExpectState(t, map[string]any{"id": "usr_00000002", "email": "grace@example.com", "name": nil})
	if n := len(listObjects(t, sb, membersPath, "members")); n != 2 {
		t.Errorf("there are %d members", n)
	}
	// A member who is no longer in the list is invited again.
	sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "orgs/demo/members", Status: 200, Body: `{"members":[]}`, Times: -1})
	if plan := core.Plan(config); plan.Failed() || plan.Action != acctest.ActionCreate {
		t.Errorf("plan for a member who was removed is %s: %v", plan.Action, plan.Errors)
	}
}

func TestAccOrgMember_list(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		for email, role := range map[string]string{"ada@example.com": "owner", "grace@example.com": "admin", "edsger@example.com": "admin"} {
			sb.Do(t, http.MethodPost, membersPath, map[string]any{"email": email, "role": role})
		}
		acceptInvitation(t, sb)
		for _, tc := range []struct {
			filters map[string]any
			limit   int64
			want    int
		}{
			{nil, 0, 3}, {map[string]any{"role": "admin"}, 0, 2}, {map[string]any{"status": "active"}, 0, 1}, {map[string]any{"role": "member"}, 0, 0},
			{nil, 2, 2}, {map[string]any{"role": "admin", "status": "active"}, 0, 0},
		} {
			found, report := sb.Query(t, "octomil_org_member", tc.filters, tc.limit, true)
			if len(found) != tc.want || report.Failed() {
				t.Errorf("%v, limit %d: %v, %v", tc.filters, tc.limit, found, report.Errors)
			}
			for _, f := range found {
				if f.Name != f.Attributes["email"] || f.Identity["id"] != f.Attributes["id"] {
					t.Errorf("found %+v", f)
				}
			}
		}
		if _, report := sb.Query(t, "octomil_org_member", map[string]any{"role": "guest"}, 0, false); !report.Failed() {
			t.Error("an invalid role is accepted as a filter")
		}
	})
}

func TestAccOrgMember_invalidConfig(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_org_member")
		for want, config := range map[string]map[string]any{
			"email: ": {"email": ""}, "role: ": ada("guest"), "name: ": {"email": "ada@example.com", "name": ""},
		} {
			if plan := core.Plan(config); !plan.Failed() || !strings.HasPrefix(plan.Errors[0], want) {
				t.Errorf("%v: %v", config, plan.Errors)
			}
		}
		report := core.Apply(core.Plan(map[string]any{"email": "Ada <ada@example.com>"}))
		expectMention(t, report.Errors, "email: Could not create the member", "422", "req_")
		if diff := cmp.Diff([]map[string]any{}, listObjects(t, sb, membersPath, "members")); diff != "" {
			t.Errorf("members (-want +got):\n%s", diff)
		}
	})
}
