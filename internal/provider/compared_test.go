package provider_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// comparedServer is a server that answers every request by the framework. It gives the requests that change nothing to one that answers by
// itself where it can, too, and fails the test where the two differ.
type comparedServer struct {
	tfprotov6.ProviderServer
	t      *testing.T
	direct tfprotov6.ProviderServer
	count  *comparedCount
}

// comparedCount counts the requests that were compared, and those of them that the second server left to the framework.
type comparedCount struct {
	plans, upgrades int
	left            atomic.Int64
}

// compareServers makes the providers of a sandbox compare their answers.
func compareServers(t *testing.T, sb *acctest.Sandbox) *comparedCount {
	t.Helper()
	count := &comparedCount{}
	sb.Serve = func(open func() frameworkprovider.Provider) tfprotov6.ProviderServer {
		return &comparedServer{
			ProviderServer: provider.NewFrameworkServer(open), t: t, direct: provider.NewDirectServer(open, &count.left), count: count,
		}
	}
	return count
}

func (s *comparedServer) ConfigureProvider(
	ctx context.Context, req *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	if _, err := s.direct.ConfigureProvider(ctx, req); err != nil {
		s.t.Error(err)
	}
	return s.ProviderServer.ConfigureProvider(ctx, req)
}

func (s *comparedServer) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	got, _ := s.direct.ValidateResourceConfig(ctx, req)
	want, err := s.ProviderServer.ValidateResourceConfig(ctx, req)
	s.compare(req.TypeName+" is validated", plainDiagnostics(got.Diagnostics), plainDiagnostics(want.Diagnostics))
	return want, err
}

func (s *comparedServer) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	s.count.upgrades++
	got, _ := s.direct.UpgradeResourceState(ctx, req)
	want, err := s.ProviderServer.UpgradeResourceState(ctx, req)
	typ := acctest.Schemas(s.t).ResourceSchemas[req.TypeName].ValueType()
	s.compare(req.TypeName+" is upgraded", plainState(s.t, typ, got.UpgradedState), plainState(s.t, typ, want.UpgradedState))
	s.compare(req.TypeName+" is upgraded", plainDiagnostics(got.Diagnostics), plainDiagnostics(want.Diagnostics))
	return want, err
}

func (s *comparedServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	got, _ := s.direct.ReadResource(ctx, req)
	want, err := s.ProviderServer.ReadResource(ctx, req)
	typ := acctest.Schemas(s.t).ResourceSchemas[req.TypeName].ValueType()
	plain := func(r *tfprotov6.ReadResourceResponse) map[string]any {
		return map[string]any{
			"state": plainState(s.t, typ, r.NewState), "identity": plainIdentity(s.t, req.TypeName, r.NewIdentity), "private": string(r.Private),
			"deferred": r.Deferred, "diagnostics": plainDiagnostics(r.Diagnostics),
		}
	}
	s.compare(req.TypeName+" is read", plain(got), plain(want))
	return want, err
}

func (s *comparedServer) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	s.count.plans++
	got, _ := s.direct.PlanResourceChange(ctx, req)
	want, err := s.ProviderServer.PlanResourceChange(ctx, req)
	typ := acctest.Schemas(s.t).ResourceSchemas[req.TypeName].ValueType()
	plain := func(r *tfprotov6.PlanResourceChangeResponse) map[string]any {
		var replaced []string
		for _, at := range r.RequiresReplace {
			replaced = append(replaced, at.String())
		}
		return map[string]any{
			"state": plainState(s.t, typ, r.PlannedState), "identity": plainIdentity(s.t, req.TypeName, r.PlannedIdentity),
			"private": string(r.PlannedPrivate), "deferred": r.Deferred, "diagnostics": plainDiagnostics(r.Diagnostics), "replaced": replaced,
			"legacy": r.UnsafeToUseLegacyTypeSystem, //nolint:staticcheck // it must not be set
		}
	}
	s.compare(req.TypeName+" is planned", plain(got), plain(want))
	return want, err
}

func (s *comparedServer) compare(what string, got, want any) {
	s.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("%s: the answers differ (-framework +direct):\n%s", what, diff)
	}
}

// plainState is a value with its type, as text, "" for none.
func plainState(t *testing.T, typ tftypes.Type, encoded *tfprotov6.DynamicValue) string {
	t.Helper()
	if encoded == nil {
		return ""
	}
	value, err := encoded.Unmarshal(typ)
	if err != nil {
		t.Fatal(err)
	}
	return value.String()
}

func plainIdentity(t *testing.T, typeName string, identity *tfprotov6.ResourceIdentityData) string {
	t.Helper()
	if identity == nil || identity.IdentityData == nil {
		return ""
	}
	return plainState(t, identityType(t, typeName), identity.IdentityData)
}

func plainDiagnostics(all []*tfprotov6.Diagnostic) []string {
	var texts []string
	for _, d := range all {
		texts = append(texts, d.Severity.String()+" "+d.Attribute.String()+" "+d.Summary+": "+d.Detail)
	}
	slices.Sort(texts)
	return texts
}

// identityType is the type of the identity of a resource.
func identityType(t *testing.T, typeName string) tftypes.Type {
	t.Helper()
	all, err := provider.NewServer(provider.New("test"))().GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	for _, attribute := range all.IdentitySchemas[typeName].IdentityAttributes {
		object.AttributeTypes[attribute.Name] = attribute.Type
	}
	return object
}
