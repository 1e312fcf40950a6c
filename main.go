// Command terraform-provider-octomil is the Terraform provider of Octomil, the control plane that deploys AI models to fleets
// of devices.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/octomil/terraform-provider-octomil/internal/discover"
	"github.com/octomil/terraform-provider-octomil/internal/provider"
	"github.com/octomil/terraform-provider-octomil/internal/review"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// version and commit are set by the linker, in a release to the version without "v" and to the full hash.
var version, commit = unreleased, ""

// unreleased is the version of a build that was not told one.
const unreleased = "dev"

func main() {
	code, err := run(context.Background(), os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "terraform-provider-octomil:", err)
		code = 1
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string, out io.Writer) (code int, err error) {
	if len(args) > 0 && args[0] == "sandbox" {
		return 0, sandbox.Command(ctx, args[1:], out, os.Stderr)
	}
	if len(args) > 0 && review.Commands[args[0]] != nil {
		return review.Commands[args[0]](args[1:], os.Stdin, out, os.Stderr)
	}
	module, _ := debug.ReadBuildInfo()
	if len(args) > 0 && args[0] == "discover" {
		return discover.Command(ctx, args[1:], provider.NewServer(provider.New(versionOf(module)))(), out, os.Stderr)
	}
	flags := flag.NewFlagSet("terraform-provider-octomil", flag.ContinueOnError)
	serveDebug := flags.Bool("debug", false, "serve for a debugger: print how Terraform can attach, then wait for an interrupt")
	printVersion := flags.Bool("version", false, "print the version and exit")
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	if *printVersion {
		_, err := fmt.Fprintln(out, versionLine(versionOf(module)))
		return 0, err
	}
	return 0, provider.Serve(ctx, versionOf(module), *serveDebug)
}

// versionOf returns the version of this build, without "v": the one that the linker was given, else the one of the module that
// `go install` has built.
func versionOf(module *debug.BuildInfo) string {
	if version != unreleased || module == nil || module.Main.Version == "" || module.Main.Version == "(devel)" {
		return version
	}
	return strings.TrimPrefix(module.Main.Version, "v")
}

// versionLine is what -version prints.
func versionLine(version string) string {
	built := []string{runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if commit != "" {
		built = append([]string{"commit " + commit}, built...)
	}
	return fmt.Sprintf("terraform-provider-octomil %s (%s)", version, strings.Join(built, ", "))
}
