package discover

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The exit codes. An error means 1.
const (
	exitComplete   = 0
	exitIncomplete = 3
)

const help = `Usage: terraform-provider-octomil discover [flags]

Writes an import block for each object of the organization that the API key can read. The key, the organization and the URL are taken from the
environment and from the files of "octomil login", as for an empty provider block. It changes nothing on the server.

  terraform-provider-octomil discover -exclude device -out imports.tf
  terraform plan -generate-config-out=generated.tf
  terraform-provider-octomil discover -references generated.tf
  terraform apply

With -references it sends no request: it replaces, in the resource blocks of a file, the IDs and names of models, groups and devices by
references to their resources. It finds these in the import and resource blocks of all .tf files in the folder of the file.

Later, only what is not managed yet:

  terraform show -json > state.json
  terraform-provider-octomil discover -exclude device -state state.json -out imports.tf

Exit codes: 0 complete; 1 nothing was written; 3 some types could not be listed, for example because the key lacks a scope.

Types, with or without "octomil_":
`

// options are the flags.
type options struct {
	wanted
	out, references string
	// states are the files of states.
	states []string
	// limit is that of the requests per minute, negative for the provider's default.
	limit int
}

// Command writes the import blocks of what the provider finds, or the references of a file. args are the command line arguments after
// "discover". An error means exit code 1.
func Command(ctx context.Context, args []string, server tfprotov6.ProviderServer, stdout, stderr io.Writer) (code int, err error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitComplete, nil
	case err != nil:
		return 0, err
	}
	if o.managed, err = readStates(o.states); err != nil {
		return 0, fmt.Errorf("discover: %w", err)
	}
	if o.references != "" {
		n, err := rewrite(o.references, o.managed)
		if err != nil {
			return 0, fmt.Errorf("discover: %w", err)
		}
		_, err = fmt.Fprintf(stderr, "discover: %d new references in %s\n", n, o.references)
		return exitComplete, err
	}
	return o.writeImports(ctx, server, stdout, stderr)
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	o.limit = -1
	flags := flag.NewFlagSet("discover", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	only := flags.String("type", "", "only these `types`, separated by commas")
	exclude := flags.String("exclude", "", "not these `types`, separated by commas")
	flags.StringVar(&o.name, "name", "", "only objects whose name matches this `pattern`, such as 'phi-*'; the name of a version is model/version, that\n"+
		"of a deployment to a group model/group")
	flags.BoolVar(&o.groups, "group-deployments", false, "also deployments to device groups: each group and model of which members are assigned a version, also\n"+
		"if it is that of the fleet")
	flags.StringVar(&o.out, "out", "", "write to this new `file` instead of the standard output")
	flags.Func("max-requests-per-minute", "`limit` of requests, 0 for none; defaults to that of a provider block", func(text string) (err error) {
		if o.limit, err = strconv.Atoi(text); err == nil && o.limit < 0 {
			return errors.New("must not be negative")
		}
		return err
	})
	flags.Func("state", "leave out what Terraform manages already: a `file` with the output of 'terraform show -json'; with -references, also refer\n"+
		"to its resources; may be given several times", func(name string) error {
		o.states = append(o.states, name)
		return nil
	})
	flags.StringVar(&o.references, "references", "", "replace literal IDs and names in this `file` by references, and write no import blocks")
	if err := flags.Parse(args); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			return o, fmt.Errorf("discover: %w; see discover -help", err)
		}
		text := help
		for _, k := range kinds {
			text += "  " + k.typeName + "\n"
		}
		if _, err := io.WriteString(stderr, text+"\nFlags:\n"); err != nil {
			return o, err
		}
		flags.SetOutput(stderr)
		flags.PrintDefaults()
		return o, err
	}
	set := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { set[f.Name] = true })
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("discover: unexpected argument %q; see discover -help", flags.Arg(0))
	case set["references"] && (o.references == "" || len(set) > 2 || len(set) == 2 && !set["state"]):
		return o, errors.New("discover: -references needs a file, and no other flag than -state")
	}
	if _, err := path.Match(o.name, ""); err != nil {
		return o, fmt.Errorf("discover: -name %q is no pattern: %w", o.name, err)
	}
	err = o.setTypes(*only, *exclude)
	return o, err
}

// setTypes sets the types that are wanted.
func (o *options) setTypes(only, exclude string) error {
	included, err := parseTypes("type", only)
	if err != nil {
		return err
	}
	excluded, err := parseTypes("exclude", exclude)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if (len(included) == 0 || slices.Contains(included, k.typeName)) && !slices.Contains(excluded, k.typeName) {
			o.types = append(o.types, k.typeName)
		}
	}
	if len(o.types) == 0 {
		return errors.New("discover: -exclude leaves no type")
	}
	return nil
}

// writeImports writes the import blocks. The file is created before the first request, so that one which exists costs none.
func (o *options) writeImports(ctx context.Context, server tfprotov6.ProviderServer, stdout, stderr io.Writer) (code int, err error) {
	if o.out != "" {
		file, failed := os.OpenFile(o.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a configuration, without secrets
		if failed != nil {
			return 0, fmt.Errorf("discover: could not create the file: %w", failed)
		}
		defer func() {
			if err = errors.Join(err, file.Close()); err != nil {
				err = errors.Join(err, os.Remove(o.out))
			}
		}()
		stdout = file
	}
	settings := map[string]tftypes.Value{}
	if o.limit >= 0 {
		settings["max_requests_per_minute"] = number(o.limit)
	}
	s, err := open(ctx, server, settings, stderr)
	if err != nil {
		return 0, fmt.Errorf("discover: could not configure the provider: %w", err)
	}
	all, failed, err := s.find(ctx, o.wanted, stderr)
	if err != nil {
		return 0, fmt.Errorf("discover: %w", err)
	}
	if len(failed) == len(o.types) {
		return 0, fmt.Errorf("discover: nothing could be listed: %w", failed[0].err)
	}
	setLabels(all, o.managed.addresses)
	if _, err := stdout.Write(blocks(all)); err != nil {
		return 0, fmt.Errorf("discover: could not write: %w", err)
	}
	for _, f := range failed {
		if _, err := fmt.Fprintf(stderr, "discover: %s is incomplete: %s\n", f.typeName, strings.ReplaceAll(f.err.Error(), "\n", " ")); err != nil {
			return 0, err
		}
	}
	if len(failed) > 0 {
		return exitIncomplete, nil
	}
	return exitComplete, nil
}
