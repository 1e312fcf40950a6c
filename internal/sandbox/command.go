package sandbox

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	ossignal "os/signal"
	"syscall"
	"time"
)

// drainTimeout is how long the command waits at its end for lines that are not printed yet.
const drainTimeout = 200 * time.Millisecond

// Command runs a sandbox until ctx ends or the process is interrupted. args are the command line arguments after "sandbox".
// It prints one line on stdout when the sandbox is ready, and one for each change of the fleet.
func Command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	ctx, stop := ossignal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	options, listen, err := parseFlags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("sandbox: cannot listen: %w", err)
	}
	out := newAsyncWriter(stdout)
	defer out.Close(drainTimeout)
	options.Log = out
	s := New(options)
	// The ready line comes first: no request is served before it.
	_, _ = fmt.Fprintf(out, "sandbox: ready on http://%s dialect=%s org=%s key=%s devices=%d sync-interval=%s\n",
		listener.Addr(), s.options.Dialect, s.options.OrgID, s.options.APIKey, s.world.simulated, s.options.SyncInterval)
	return s.serve(ctx, listener)
}

// serve handles requests and advances the simulation between them until ctx ends.
func (s *Server) serve(ctx context.Context, listener net.Listener) error {
	server := newWebServer(s)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ticker := time.NewTicker(max(s.options.SyncInterval/5, 10*time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.Advance()
		case err := <-failed:
			return fmt.Errorf("sandbox: %w", err)
		case <-ctx.Done():
			// Requests in progress do not delay the end.
			_ = server.Close()
			if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("sandbox: %w", err)
			}
			return nil
		}
	}
}

func parseFlags(args []string, stderr io.Writer) (Options, string, error) {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	listen := flags.String("listen", "127.0.0.1:8787", "loopback `address` to listen on; port 0 picks a free port")
	dialect := flags.String("dialect", string(DialectDocs), "API `dialect` where the documentation and the SDKs differ: docs or sdk")
	variants := flags.String("variants", "", "comma-separated `list` of ways in which servers differ: "+joinVariants())
	key := flags.String("api-key", "sandbox", "API `key` with all scopes")
	org := flags.String("org", "demo", "`ID` of the organization")
	devices := flags.Int("devices", 124, "`number` of simulated devices")
	interval := flags.Duration("sync-interval", time.Second, "`interval` at which each device syncs")
	limit := flags.Int("rate-limit", 0, "maximum `requests` per minute and API key; 0 means no limit")
	models := flags.Int("seed-models", 0, "`number` of additional models, each with one published version")
	groups := flags.Int("seed-groups", 0, "`number` of additional device groups, without members")
	empty := flags.Bool("empty", false, "start with the organization only, without models, devices and groups")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(stderr)
			flags.Usage()
			return Options{}, "", err
		}
		return Options{}, "", fmt.Errorf("sandbox: %w; see sandbox -help", err)
	}
	o := Options{
		Dialect: Dialect(*dialect), APIKey: *key, OrgID: *org, Devices: *devices, SyncInterval: *interval, Empty: *empty,
		RateLimit: *limit, SeedModels: *models, SeedGroups: *groups,
	}
	if *devices == 0 {
		o.Devices = -1
	}
	var err error
	if o.Variants, err = parseVariants(*variants); err != nil {
		return o, "", err
	}
	switch {
	case flags.NArg() > 0:
		return o, "", fmt.Errorf("sandbox: unexpected argument %q; see sandbox -help", flags.Arg(0))
	case o.Dialect != DialectDocs && o.Dialect != DialectSDK:
		return o, "", fmt.Errorf("sandbox: --dialect must be docs or sdk, not %q", *dialect)
	case *key == "" || *org == "":
		return o, "", errors.New("sandbox: --api-key and --org must not be empty")
	case *devices < 0:
		return o, "", errors.New("sandbox: --devices must not be negative")
	case *limit < 0:
		return o, "", errors.New("sandbox: --rate-limit must not be negative")
	case *models < 0 || *groups < 0:
		return o, "", errors.New("sandbox: --seed-models and --seed-groups must not be negative")
	case *interval <= 0:
		return o, "", errors.New("sandbox: --sync-interval must be a positive duration such as 1s")
	}
	return o, *listen, checkLoopback(*listen)
}

// checkLoopback rejects an address that other machines can reach, because the sandbox is not secured.
func checkLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("sandbox: --listen %q is not an address such as 127.0.0.1:8787: %w", address, err)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("sandbox: --listen %q is not a loopback address; use 127.0.0.1, [::1] or localhost", address)
}
