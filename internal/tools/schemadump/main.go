package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

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
