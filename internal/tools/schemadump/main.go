// Command schemadump prints the provider's schema in the form of `terraform providers schema -json`.
//
// It asks the provider in process, so the page of every action, list resource and identity reaches the
// documentation whatever command-line tool is installed, and also where none is.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

func main() {
	address := flag.String("address", "registry.terraform.io/octomil/octomil",
		"the key of the schema in the output; tfplugindocs looks for the bare provider name")
	flag.Parse()

	server := providerserver.NewProtocol6(provider.New("dev")())()
	if err := dump(context.Background(), os.Stdout, server, *address); err != nil {
		fmt.Fprintln(os.Stderr, "schemadump:", err)
		os.Exit(1)
	}
}

// dump writes the schema that the server answers. Error diagnostics of the server are its error.
func dump(ctx context.Context, out io.Writer, server tfprotov6.ProviderServer, address string) error {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}
	if err := diagnosticsError(schemas.Diagnostics); err != nil {
		return err
	}

	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return err
	}
	if err := diagnosticsError(identities.Diagnostics); err != nil {
		return err
	}

	doc, err := document(address, schemas, identities)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(doc)
}

func diagnosticsError(diagnostics []*tfprotov6.Diagnostic) error {
	var errs []error
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			errs = append(errs, fmt.Errorf("%s: %s", d.Summary, d.Detail))
		}
	}
	return errors.Join(errs...)
}
