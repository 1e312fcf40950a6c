// Command terraform-provider-octomil is the Terraform provider of Octomil, the control plane that deploys AI models to fleets
// of devices.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/octomil/terraform-provider-octomil/internal/provider"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// version is set by the linker in a release.
var version = "dev"

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "terraform-provider-octomil:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "sandbox" {
		return sandbox.Command(ctx, args[1:], os.Stdout, os.Stderr)
	}
	flags := flag.NewFlagSet("terraform-provider-octomil", flag.ContinueOnError)
	debug := flags.Bool("debug", false, "serve for a debugger: print how Terraform can attach, then wait for an interrupt")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return provider.Serve(ctx, version, *debug)
}
