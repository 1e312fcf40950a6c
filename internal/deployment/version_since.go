package deployment

import (
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// version_since is known in every plan, so that a data source which asks for it is read in the plan: where an operation gives the group
// another version it is null, and the next refresh says since when. What is planned as known has to be what an apply returns, so the apply
// keeps the time in private state until then.

func versionSinceAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Computed: true, CustomType: timetypes.RFC3339Type{},
		MarkdownDescription: "The time from which every member of the device group is known to be assigned `version`, by the control " +
			"plane's clock, in RFC 3339 format: when an apply or a refresh first saw it. Null after an apply that changed the version, " +
			"until the next refresh; null while a member has another version, and if the group has no members. A change that was made " +
			"and undone between two refreshes does not show. Always null for the whole fleet. " +
			"The data source `octomil_promotion` reads it.",
	}
}

// planVersionSince keeps what stands, and plans null where the group gets another version.
func (m *model) planVersionSince(state model, op rollout.Operation) {
	m.VersionSince = state.VersionSince
	if op.ReplacesVersion() {
		m.VersionSince = timetypes.NewRFC3339Null()
	}
}

// setVersionSince says what private state has of the present version.
func (m *model) setVersionSince(private rollout.Private) {
	m.VersionSince = timetypes.NewRFC3339Null()
	if since := private.Since; since != nil && since.Version == m.Version.ValueString() {
		m.VersionSince = timeOrNull(since.At)
	}
}

// witnessed adds to private state what a read of a group shows, with the time of the server's clock.
func witnessed(private rollout.Private, client *control.Client, s rollout.State) rollout.Private {
	_, latest, known := client.ServerTime()
	return private.Witnessed(s, latest, known)
}
