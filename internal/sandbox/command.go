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

// lastWords is how long the end waits for lines that are still to be printed.
const drainTimeout = 200 * time.Millisecond

// Command runs a sandbox until ctx ends or the process is interrupted. args are what follows the word sandbox on the command
// line. One line on stdout says when it is ready, and one each change of the fleet.
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
	// The ready line comes first, and no request is served before it.
	_, _ = fmt.Fprintf(out, "sandbox: ready on http://%s dialect=%s org=%s key=%s devices=%d sync-interval=%s\n",
		listener.Addr(), s.options.Dialect, s.options.OrgID, s.options.APIKey, s.world.simulated, s.options.SyncInterval)
	return s.serve(ctx, listener)
}

// serve answers requests, and lets the fleet go on between them, until ctx ends.
func (s *Server) serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
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
			// Whoever ends a sandbox does not wait for requests under way.
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
	listen := flags.String("listen", "127.0.0.1:8787", "loopback `address` to listen on; port 0 takes a free one")
	dialect := flags.String("dialect", string(DialectDocs), "docs or sdk: the `spelling` where documentation and SDKs differ")
	key := flags.String("api-key", "sandbox", "`key` that requests must bear")
	org := flags.String("org", "demo", "`id` of the organization")
	devices := flags.Int("devices", 124, "`number` of simulated devices")
	interval := flags.Duration("sync-interval", time.Second, "how often each device syncs")
	limit := flags.Int("rate-limit", 0, "`requests` a minute that a key may make; 0 is no limit")
	models := flags.Int("seed-models", 0, "`number` of further models, each with one published version")
	groups := flags.Int("seed-groups", 0, "`number` of further device groups, without members")
	empty := flags.Bool("empty", false, "start with the organization only")
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
	switch {
	case flags.NArg() > 0:
		return o, "", fmt.Errorf("sandbox: %q is not understood; see sandbox -help", flags.Arg(0))
	case o.Dialect != DialectDocs && o.Dialect != DialectSDK:
		return o, "", fmt.Errorf("sandbox: --dialect must be docs or sdk, not %q", *dialect)
	case *key == "" || *org == "":
		return o, "", errors.New("sandbox: --api-key and --org must not be empty")
	case *devices < 0:
		return o, "", errors.New("sandbox: --devices must be 0 or more")
	case *limit < 0:
		return o, "", errors.New("sandbox: --rate-limit must be 0 or more")
	case *models < 0 || *groups < 0:
		return o, "", errors.New("sandbox: --seed-models and --seed-groups must be 0 or more")
	case *interval <= 0:
		return o, "", errors.New("sandbox: --sync-interval must be a duration above 0, such as 1s")
	}
	return o, *listen, checkLoopback(*listen)
}

// loopbackOnly refuses an address that other machines could reach: the sandbox has no security of its own.
func checkLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("sandbox: --listen %q is not an address like 127.0.0.1:8787: %w", address, err)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("sandbox: --listen %q is not a loopback address; use 127.0.0.1, [::1] or localhost", address)
}
