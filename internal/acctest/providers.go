package acctest

import (
	"context"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// ProviderFactories are the factories for the provider in the test's process.
func ProviderFactories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"octomil": providerserver.NewProtocol6WithError(provider.New("test")()),
	}
}

// Schemas are those of everything that the provider offers, as Terraform gets them.
func Schemas(t testing.TB) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	schemas, err := readSchemas()
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

// readSchemas asks once: they are the same for every test, and there are many of them.
var readSchemas = sync.OnceValues(func() (*tfprotov6.GetProviderSchemaResponse, error) {
	server, err := ProviderFactories()["octomil"]()
	if err != nil {
		return nil, err
	}
	return server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
})
