package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// elsewhere is the provider block of another organization, with a server on which the objects of the first one do not exist.
func elsewhere(t *testing.T) (*acctest.Sandbox, map[string]any) {
	t.Helper()
	return acctest.StartVirtual(t, func(o *sandbox.Options) { o.OrgID = "other" }), map[string]any{"org_id": "other"}
}

// A resource remembers its organization: with the credentials of another one, every operation fails and nothing leaves the state.
func TestAccProvider_otherOrganization(t *testing.T) {
	t.Parallel()
	eachLifecycle(t, func(t *testing.T, s *scenario) {
		t.Helper()
		for _, withoutPrivate := range []bool{false, true} {
			core := s.sb.Core(t, s.typeName)
			if s.undeletable && withoutPrivate {
				return // the first one is still there
			}
			plan := core.Plan(s.create)
			if diags := core.Apply(plan); diags.Failed() {
				t.Fatal(diags.Errors)
			}
			if withoutPrivate { // as an earlier version of the provider has left it
				if core.ForgetPrivate(); core.Identity()["org_id"] == nil || hasAttribute(t, s.typeName, "org_id") {
					return
				}
			}
			before := core.State()
			other, settings := elsewhere(t)
			core.Configure(other, settings)
			for what, diags := range map[string]acctest.Diagnostics{
				"a refresh": core.Refresh(), "a plan": core.Plan(s.create).Diagnostics, "a plan of a change": core.Plan(s.update).Diagnostics,
				"a plan without a refresh": core.PlanOnly(s.update).Diagnostics, "a destroy": core.Destroy(),
			} {
				if !strings.Contains(fmt.Sprint(diags.Errors), `is in the organization "demo", but the provider is configured for "other"`) {
					t.Errorf("%s with another organization: %v", what, diags.Errors)
				}
			}
			if diff := cmp.Diff(before, core.State()); diff != "" || len(other.Writes()) > 0 {
				t.Errorf("writes %v, state (-want +got):\n%s", other.Writes(), diff)
			}
			// A key alone does not say which organization it has.
			core.Configure(s.sb, map[string]any{"org_id": nil})
			if diags := core.Refresh(); strings.Contains(fmt.Sprint(diags.Errors), "another organization") {
				t.Errorf("with a key alone: %v", diags.Errors)
			}
			core.Configure(s.sb, nil)
			if plan := core.Plan(s.create); plan.Failed() || plan.Action != acctest.ActionNone {
				t.Errorf("back in the organization the plan is %s: %v", plan.Action, plan.Errors)
			}
			if diags := core.Destroy(); diags.Failed() {
				t.Errorf("the destroy fails: %v", diags.Errors)
			}
		}
	})
}

func hasAttribute(t *testing.T, typeName, name string) bool {
	t.Helper()
	for _, a := range acctest.Schemas(t).ResourceSchemas[typeName].Block.Attributes {
		if a.Name == name {
			return true
		}
	}
	return false
}

// A policy that names its organization itself does not depend on that of the provider.
func TestAccProvider_ownOrganization(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		core := acctest.StartVirtual(t).Core(t, "octomil_rollback_policy")
		config := map[string]any{"org_id": "demo", "auto_rollback": true}
		core.Converge(t, config, acctest.ActionCreate)
		core.Configure(nil, map[string]any{"org_id": "other"})
		if plan := core.Plan(config); plan.Failed() || plan.Action != acctest.ActionNone {
			t.Errorf("the plan is %s: %v", plan.Action, plan.Errors)
		}
	})
}

func TestAccProvider_allowedOrganizations(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	for name, c := range map[string]struct {
		lines string
		want  []string
	}{
		"allowed":                {`allowed_org_ids = ["other", "demo"]`, nil},
		"not allowed":            {`allowed_org_ids = ["other"]`, []string{"The organization is not allowed", "allowed_org_ids", `"demo"`, `["other"]`}},
		"none is allowed":        {`allowed_org_ids = []`, []string{"The organization is not allowed", "allowed_org_ids"}},
		"the key alone decides":  {`allowed_org_ids = ["demo"]`, []string{"The organization is not known", "`org_id`", "OCTOMIL_ORG_ID"}},
		"not known before apply": {`allowed_org_ids = [terraform_data.org.id]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			block := sb.Provider(c.lines)
			if strings.Contains(name, "alone") {
				block = strings.Replace(block, `"demo"`, "null", 1)
			}
			cli := acctest.NewCLI(t, block+"resource \"terraform_data\" \"org\" {}\nresource \"octomil_model\" \"m\" {\n  name = \"m\"\n  framework = \"onnx\"\n  use_case = \"nlp\"\n}\n")
			cli.Env = []string{"HOME=" + t.TempDir(), "OCTOMIL_ORG_ID="}
			r := cli.Run(t, "plan")
			words := strings.Join(strings.Fields(strings.ReplaceAll(r.Output, "│", " ")), " ")
			if (r.Code != 0) != (c.want != nil) {
				t.Errorf("exit code %d:\n%s", r.Code, r.Output)
			}
			for _, want := range c.want {
				if !strings.Contains(words, want) {
					t.Errorf("the output does not contain %q:\n%s", want, r.Output)
				}
			}
		})
	}
}
