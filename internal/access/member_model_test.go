package access

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestMemberFromAPI(t *testing.T) {
	t.Parallel()
	m := memberModel{Email: types.StringValue("Ada@Example.com"), Role: types.StringValue("admin"), Name: types.StringUnknown()}
	m.fromAPI(control.OrgMember{ID: "1", Email: "ada@example.com", Status: "pending"})
	want := memberModel{
		ID: types.StringValue("1"), Email: types.StringValue("Ada@Example.com"), Role: types.StringValue("admin"), Name: types.StringNull(),
		Status: types.StringValue("pending"), InvitedAt: types.StringNull(), JoinedAt: types.StringNull(),
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("member (-want +got):\n%s", diff)
	}
	m.fromAPI(control.OrgMember{ID: "1", Email: "grace@example.com", Role: "owner", Name: "Grace", JoinedAt: "now"})
	want = memberModel{
		ID: types.StringValue("1"), Email: types.StringValue("grace@example.com"), Role: types.StringValue("owner"), Name: types.StringValue("Grace"),
		Status: types.StringNull(), InvitedAt: types.StringNull(), JoinedAt: types.StringValue("now"),
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("other member (-want +got):\n%s", diff)
	}
}
