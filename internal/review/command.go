package review

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// Commands is the commands of this package by name. args are the command line arguments after the name.
var Commands = map[string]func(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int, err error){
	"review": Review,
	"drift":  Drift,
}

// The exit codes of review. Errors of usage and of the input are 1 in both commands.
const (
	exitNone   = 0
	exitBroken = 1
	exitFailed = 3
)

// The exit codes of drift besides these.
const (
	exitDrift      = 2
	exitRolledBack = 3
	exitJoined     = 4
)

const reviewHelp = `Usage: terraform-provider-octomil review [flags] [file]

Says what a plan does to devices, and what else a reviewer must see. It reads the output of "terraform show -json tfplan" from the
file, or from the standard input. It needs no key and no network, and prints no sensitive value.

  terraform plan -out=tfplan
  terraform show -json tfplan | terraform-provider-octomil review -max-devices 1000 -fail-on rollback,loosened

Exit codes: 0 nothing that -max-devices or -fail-on forbids; 1 the input is no plan, or the plan failed; 3 something is forbidden.

Kinds of -fail-on:
`

const driftHelp = `Usage: terraform-provider-octomil drift [flags] [file]

Says what a plan on a schedule has found. It reads the output of "terraform show -json tfplan", or of "terraform plan -json", from the
file or from the standard input. It needs no key and no network, and prints no sensitive value.

  terraform plan -out=tfplan -input=false -lock=false
  terraform show -json tfplan | terraform-provider-octomil drift

Exit codes: 0 no drift, or outputs alone; 1 the input is no plan, or the plan failed; 2 drift; 3 a pinned version was rolled back; 4
only devices that joined a group. With on_rollback = "block", a rollback fails the plan. Terraform writes the plan file all the
same, so that the code is 3.
`

// formats has the writer of each -format.
var formats = []string{"markdown", "text", "json"}

// reviewOptions is the flags of review.
type reviewOptions struct {
	maxDevices   int
	allowUnknown bool
	failOn       []Kind
}

// Review prints what a reviewer must see of a plan. args are the command line arguments after "review"; the plan is read from the
// file that they name, else from stdin. An error means exit code 1.
func Review(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int, err error) {
	flags := newFlags("review")
	format := flags.String("format", formats[0], "`format` of the output: "+strings.Join(formats, ", "))
	limit := flags.Int("max-devices", -1, "fail if more than this `number` of devices get another version, summed over the plan; so does a\n"+
		"plan whose devices are not all known")
	allow := flags.Bool("allow-unknown", false, "let -max-devices count unknown devices as none")
	failOn := flags.String("fail-on", "", "fail if the plan has one of these `kinds`, separated by commas; \"all\" is every kind")
	help := func() string {
		text := reviewHelp
		for _, k := range kinds {
			text += fmt.Sprintf("  %-11s %s\n", k.kind, k.means)
		}
		return text + "\nFlags:\n"
	}
	in, done, err := parse(flags, help, format, args, stdin, stderr)
	if done || err != nil {
		return exitNone, err
	}
	defer in.Close() // it was only read
	options := reviewOptions{maxDevices: *limit, allowUnknown: *allow}
	switch {
	case *limit < 0 && isSet(flags, "max-devices"):
		return 0, errors.New("review: -max-devices must not be negative")
	case *allow && !isSet(flags, "max-devices"):
		return 0, errors.New("review: -allow-unknown needs -max-devices")
	}
	if options.failOn, err = parseKinds(*failOn); err != nil {
		return 0, err
	}
	read, err := readInput(in)
	switch {
	case err != nil:
		return 0, fmt.Errorf("review: %w", err)
	case read.plan == nil:
		return 0, errors.New("review: these are the lines of `terraform plan -json`, which have no values: expected the output of `terraform show -json tfplan`")
	}
	report := reviewPlan(read.plan)
	report.check(options)
	redact(report, read.plan.secrets())
	if err := report.write(stdout, *format); err != nil {
		return 0, fmt.Errorf("review: could not write: %w", err)
	}
	switch {
	case report.Errored:
		return 0, errors.New("review: the plan failed, so it is not complete and cannot be applied")
	case len(report.Failed) > 0:
		for _, text := range report.Failed {
			if _, err := fmt.Fprintln(stderr, "review:", oneLine(text, maxProse)); err != nil {
				return 0, err
			}
		}
		return exitFailed, nil
	}
	return exitNone, nil
}

// Drift prints what a plan on a schedule has found and returns its exit code. args are the command line arguments after "drift"; the
// plan is read from the file that they name, else from stdin. An error means exit code 1.
func Drift(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int, err error) {
	flags := newFlags("drift")
	format := flags.String("format", "text", "`format` of the output: "+strings.Join(formats, ", "))
	in, done, err := parse(flags, func() string { return driftHelp + "\nFlags:\n" }, format, args, stdin, stderr)
	if done || err != nil {
		return exitNone, err
	}
	defer in.Close() // it was only read
	read, err := readInput(in)
	if err != nil {
		return 0, fmt.Errorf("drift: %w", err)
	}
	var report *DriftReport
	if read.plan != nil {
		report = findDrift(read.plan)
		redact(report, read.plan.secrets())
	} else {
		report = driftOfLines(read.lines)
	}
	if err := report.write(stdout, *format); err != nil {
		return 0, fmt.Errorf("drift: could not write: %w", err)
	}
	return report.Outcome.code(), nil
}

func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// parse parses the flags and opens the plan. It is done if only the help was wanted, which goes to stderr.
func parse(flags *flag.FlagSet, help func() string, format *string, args []string, stdin io.Reader, stderr io.Writer) (in io.ReadCloser, done bool, err error) {
	name := flags.Name()
	if err := flags.Parse(args); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			return nil, false, fmt.Errorf("%s: %w; see %s -help", name, err, name)
		}
		_, err := io.WriteString(stderr, help())
		flags.SetOutput(stderr)
		flags.PrintDefaults()
		return nil, true, err
	}
	switch {
	case flags.NArg() > 1:
		return nil, false, fmt.Errorf("%s: unexpected argument %q: flags come before the file; see %s -help", name, flags.Arg(1), name)
	case !slices.Contains(formats, *format):
		return nil, false, fmt.Errorf("%s: -format must be %s, not %q", name, strings.Join(formats, ", "), *format)
	case flags.NArg() == 1 && flags.Arg(0) != "-":
		file, err := os.Open(flags.Arg(0))
		if err != nil {
			return nil, false, fmt.Errorf("%s: could not open the plan: %w", name, err)
		}
		return file, false, nil
	}
	if file, ok := stdin.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return nil, false, fmt.Errorf("%s: no plan: pipe the output of `terraform show -json tfplan`, or name a file; see %s -help", name, name)
		}
	}
	return io.NopCloser(stdin), false, nil
}

func isSet(flags *flag.FlagSet, name string) bool {
	set := false
	flags.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

// parseKinds parses the kinds of -fail-on.
func parseKinds(text string) ([]Kind, error) {
	var all, wanted []Kind
	for _, k := range kinds {
		all = append(all, k.kind)
	}
	for word := range strings.SplitSeq(text, ",") {
		switch word = strings.TrimSpace(word); {
		case word == "" && strings.TrimSpace(text) == "":
		case word == "all":
			wanted = append(wanted, all...)
		case !slices.Contains(all, Kind(word)):
			return nil, fmt.Errorf("review: -fail-on has no kind %q; see review -help", word)
		default:
			wanted = append(wanted, Kind(word))
		}
	}
	return wanted, nil
}

// check fills in which conditions the plan meets.
func (r *Report) check(o reviewOptions) {
	if o.maxDevices >= 0 {
		switch {
		case r.Devices > o.maxDevices:
			r.Failed = append(r.Failed, fmt.Sprintf("%s, but -max-devices allows %d", changing(r.Devices), o.maxDevices))
		case r.UnknownDevices > 0 && !o.allowUnknown:
			r.Failed = append(r.Failed, fmt.Sprintf("the devices of %s are not known, so -max-devices %d cannot be checked; -allow-unknown counts them as none",
				counted(r.UnknownDevices, "operation"), o.maxDevices))
		}
	}
	for _, k := range kinds {
		if slices.Contains(o.failOn, k.kind) {
			if where := r.having(k.kind); len(where) > 0 {
				r.Failed = append(r.Failed, fmt.Sprintf("-fail-on %s: %s", k.kind, shortList(quoted, where)))
			}
		}
	}
}

// having is the addresses that have a kind.
func (r *Report) having(kind Kind) []string {
	var where []string
	seen := map[string]bool{}
	add := func(address string, has bool) {
		if has && !seen[address] {
			seen[address] = true
			where = append(where, address)
		}
	}
	for _, op := range r.Operations {
		add(op.Address, kind == kindRollback && op.Kind == opRollback || kind == kindCancel && (op.Cancels != nil || op.Kind == opCancel) ||
			kind == kindUnknown && (op.Devices == nil || op.Kind == opUnknown))
	}
	for _, f := range r.Findings {
		add(f.Address, f.Kind == kind)
	}
	for _, d := range r.Drift {
		add(d.Address, kind == kindDrift)
	}
	return where
}
