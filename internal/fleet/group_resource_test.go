package fleet

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestFindGroup(t *testing.T) {
	t.Parallel()
	client := sandboxClient(t)
	created, err := client.CreateGroup(t.Context(), control.GroupSettings{Name: "team/phones + tablets", Type: control.GroupStatic})
	if err != nil {
		t.Fatal(err)
	}
	for _, idOrName := range []string{created.ID, created.Name} {
		var diags diag.Diagnostics
		if g, found := groupEntity.Find(t.Context(), client, idOrName, path.Empty(), &diags); !found || g.ID != created.ID || diags.HasError() {
			t.Errorf("Find(%q) is %v, %v with %v, want the group %s", idOrName, g, found, diags, created.ID)
		}
	}
	var diags diag.Diagnostics
	if _, found := groupEntity.Find(t.Context(), client, "Team/Phones + Tablets", path.Empty(), &diags); found || diags.ErrorsCount() != 1 ||
		!strings.Contains(diags[0].Detail(), "must match exactly") {
		t.Errorf("a different spelling of the name: found is %v with %v, want one error", found, diags)
	}
}
