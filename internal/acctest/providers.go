package acctest

import (
	"context"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// ProviderFactories returns the factories with which terraform-plugin-testing serves the provider in the process of the test.
func ProviderFactories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"octomil": func() (tfprotov6.ProviderServer, error) { return provider.NewServer(provider.New("test"))(), nil },
	}
}

// Schemas returns the schemas of everything that the provider offers.
func Schemas(t testing.TB) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	schemas, err := readSchemas()
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

// readSchemas reads the schemas once, as they are the same for all tests.
var readSchemas = sync.OnceValues(func() (*tfprotov6.GetProviderSchemaResponse, error) {
	server, err := ProviderFactories()["octomil"]()
	if err != nil {
		return nil, err
	}
	return server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
})
