package observation

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// kind describes how the two resources differ.
type kind struct {
	signal      control.Signal
	typeName    string
	description string
	// types are the valid types, nil if only the server knows them.
	types []string
	// typesDescription and credentialsDescription complete the descriptions of integration_type and credentials.
	typesDescription       string
	credentialsDescription string
	// attributes are those that only this kind has.
	attributes map[string]schema.Attribute
}

// model is a pointer to metricsModel or logModel.
type model[M any] interface {
	*M
	common() *integration
	fromAPI(i control.Integration, org string)
	// ownFromAPI sets the attributes that only this kind has.
	ownFromAPI(ctx context.Context, i control.Integration, imported bool)
	// toAPI adds the attributes that only this kind has, except those that belong to the credentials.
	toAPI(s *control.IntegrationSettings)
	// credentialsToAPI adds the credentials, which may be none, and whatever the server replaces together with them.
	credentialsToAPI(s *control.IntegrationSettings, credentials map[string]string)
	// replacesCredentials reports whether the change from prior makes the server drop credentials that are not sent with it.
	replacesCredentials(prior *M) bool
}

// credentialsKey is the private state key for the fingerprint of the credentials that were sent last.
const credentialsKey = "credentials"

func entityOf[M any, P model[M]](k kind) resourcekit.Entity[M, control.Integration] {
	title := string(k.signal) + " integration"
	return resourcekit.Entity[M, control.Integration]{
		TypeName: k.typeName,
		Title:    title, Titles: title + "s",
		Schema:   k.schema(),
		Identity: resourcekit.Identity{{Name: "id", Description: "ID of the integration, assigned by the server."}},
		Fields:   map[string]string{"auth_config": "credentials", "headers": "credentials"},
		// The server decides what config has, which may be a secret.
		ResourceOnly: []string{"credentials", "credentials_revision", "config"},

		Create: func(ctx context.Context, op *resourcekit.Operation[M, control.Integration]) (control.Integration, error) {
			return create[M, P](ctx, k, op)
		},
		Read: func(ctx context.Context, client *control.Client, m *M) (control.Integration, error) {
			return client.Integration(ctx, k.signal, P(m).common().ID.ValueString())
		},
		Update: func(ctx context.Context, op *resourcekit.Operation[M, control.Integration]) (control.Integration, error) {
			return update[M, P](ctx, k, op)
		},
		Delete: func(ctx context.Context, op *resourcekit.Operation[M, control.Integration]) error {
			return op.Client.DeleteIntegration(ctx, k.signal, P(op.State).common().ID.ValueString())
		},
		FromAPI: func(ctx context.Context, client *control.Client, m *M, i control.Integration, _ *diag.Diagnostics) {
			imported := P(m).common().Name.IsNull()
			P(m).fromAPI(i, client.OrgID())
			P(m).ownFromAPI(ctx, i, imported)
		},

		List: func(ctx context.Context, client *control.Client, _ map[string]string) ([]control.Integration, error) {
			return client.Integrations(ctx, k.signal)
		},
		Filters: []resourcekit.Filter[control.Integration]{{
			Name: "integration_type", Description: "Returns only integrations of this type" + k.typesDescription, OneOf: k.types,
			Of: func(i control.Integration) string { return i.Type },
		}},
		Name: func(i control.Integration) string { return i.Name },
		ID:   func(i control.Integration) string { return i.ID },

		Namesake:    func(i control.Integration) (createdAt string, living bool) { return i.CreatedAt, true },
		ModifyPlan:  modifyPlan[M, P],
		PlannedName: func(planned M) string { return P(&planned).common().Name.ValueString() },
		Validate:    func(_ context.Context, config M, diags *diag.Diagnostics) { validate(any(config), diags) },
	}
}

// settings returns the request body of a plan, without what belongs to the credentials.
func settings[M any, P model[M]](plan *M, credentials map[string]string) control.IntegrationSettings {
	m := P(plan).common()
	s := control.IntegrationSettings{
		Name: m.Name.ValueString(), Type: m.IntegrationType.ValueString(), Enabled: m.Enabled.ValueBoolPointer(),
		Secrets: slices.Collect(maps.Values(credentials)),
	}
	P(plan).toAPI(&s)
	return s
}

func create[M any, P model[M]](
	ctx context.Context, k kind, op *resourcekit.Operation[M, control.Integration],
) (control.Integration, error) {
	credentials := P(op.Config).common().credentials()
	s := settings[M, P](op.Plan, credentials)
	P(op.Plan).credentialsToAPI(&s, credentials)
	i, err := op.Client.CreateIntegration(ctx, k.signal, s)
	if err != nil {
		return i, err
	}
	resourcekit.SetPrivateSecret(ctx, op.Private, credentialsKey, credentials, op.Diags)
	P(op.Plan).common().CredentialsRevision = types.Int64Value(min(1, int64(len(credentials))))
	return i, nil
}

// update sends the credentials if the plan says so, or if the server would lose them otherwise.
func update[M any, P model[M]](
	ctx context.Context, k kind, op *resourcekit.Operation[M, control.Integration],
) (control.Integration, error) {
	credentials := P(op.Config).common().credentials()
	s := settings[M, P](op.Plan, credentials)
	changed := P(op.Plan).common().CredentialsRevision.IsUnknown()
	sendCredentials := changed || P(op.Plan).replacesCredentials(op.State)
	if sendCredentials {
		P(op.Plan).credentialsToAPI(&s, credentials)
	}
	i, err := op.Client.UpdateIntegration(ctx, k.signal, P(op.State).common().ID.ValueString(), s)
	if err != nil {
		return i, err
	}
	if sendCredentials {
		resourcekit.SetPrivateSecret(ctx, op.Private, credentialsKey, credentials, op.Diags)
	}
	if changed {
		P(op.Plan).common().CredentialsRevision = types.Int64Value(P(op.State).common().CredentialsRevision.ValueInt64() + 1)
	}
	return i, nil
}
