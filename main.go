// Command terraform-provider-octomil is the Terraform provider of Octomil, the control plane that deploys AI models to fleets
// of devices.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/octomil/terraform-provider-octomil/internal/provider"
	"github.com/octomil/terraform-provider-octomil/internal/review"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// version is set by the linker in a release.
var version = "dev"

func main() {
	code, err := run(context.Background(), os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "terraform-provider-octomil:", err)
		code = 1
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string) (code int, err error) {
	if len(args) > 0 && args[0] == "sandbox" {
		return 0, sandbox.Command(ctx, args[1:], os.Stdout, os.Stderr)
	}
	if len(args) > 0 && review.Commands[args[0]] != nil {
		return review.Commands[args[0]](args[1:], os.Stdin, os.Stdout, os.Stderr)
	}
	flags := flag.NewFlagSet("terraform-provider-octomil", flag.ContinueOnError)
	debug := flags.Bool("debug", false, "serve for a debugger: print how Terraform can attach, then wait for an interrupt")
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	return 0, provider.Serve(ctx, version, *debug)
}
