package provider_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// resources returns the names of all resource types, sorted.
func resources(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, open := range provider.New("test")().Resources(t.Context()) {
		var meta resource.MetadataResponse
		open().Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "octomil"}, &meta)
		names = append(names, meta.TypeName)
	}
	slices.Sort(names)
	return names
}

func dataSources(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, open := range provider.New("test")().DataSources(t.Context()) {
		var meta datasource.MetadataResponse
		open().Metadata(t.Context(), datasource.MetadataRequest{ProviderTypeName: "octomil"}, &meta)
		names = append(names, meta.TypeName)
	}
	slices.Sort(names)
	return names
}

func actions(t *testing.T) []string {
	t.Helper()
	offers, ok := provider.New("test")().(frameworkprovider.ProviderWithActions)
	if !ok {
		t.Fatal("the provider offers no actions")
	}
	var names []string
	for _, open := range offers.Actions(t.Context()) {
		var meta action.MetadataResponse
		open().Metadata(t.Context(), action.MetadataRequest{ProviderTypeName: "octomil"}, &meta)
		names = append(names, meta.TypeName)
	}
	slices.Sort(names)
	return names
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func content(t *testing.T, cli *acctest.CLI, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(cli.Dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func writeJSON(t *testing.T, file string, value any) {
	t.Helper()
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
