package deployment_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccModelDeploymentList_query(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := acctest.Start(t, func(o *sandbox.Options) { o.Dialect, o.SeedModels = dialect, 3 })
		for _, test := range []struct {
			filters map[string]any
			want    []string
		}{
			{nil, []string{"phi-4-mini 1.0.0"}}, // the other models are deployed nowhere
			{map[string]any{"model": "phi-4-mini"}, []string{"phi-4-mini 1.0.0"}},
			{map[string]any{"model": "model-000001"}, nil},
			{map[string]any{"group": "staging"}, []string{"phi-4-mini/staging 1.0.0"}},
		} {
			found, said := sb.Query(t, "octomil_model_deployment", test.filters, 0, true)
			var got []string
			for _, one := range found {
				got = append(got, one.Name+" "+one.Attributes["version"].(string))
			}
			if diff := cmp.Diff(test.want, got); diff != "" || said.Failed() {
				t.Errorf("%v (-want +got): %s%v", test.filters, diff, said.Errors)
			}
		}
		for filter, want := range map[string]string{"model": `no model "nonesuch"`, "group": `no device group "nonesuch"`} {
			found, said := sb.Query(t, "octomil_model_deployment", map[string]any{filter: "nonesuch"}, 0, false)
			if text := strings.Join(said.Errors, ""); len(found) > 0 || !strings.Contains(text, want) {
				t.Errorf("of an unknown %s the query finds %v and says %s", filter, found, text)
			}
		}
	})
}
