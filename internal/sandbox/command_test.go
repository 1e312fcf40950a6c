package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// commandRun is a running sandbox command.
type commandRun struct {
	url   string
	lines *bufio.Scanner
	ended chan error
	stop  context.CancelFunc
}

func startCommand(t *testing.T, args ...string) *commandRun {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	r := &commandRun{lines: bufio.NewScanner(reader), ended: make(chan error, 1), stop: stop}
	go func() {
		err := Command(ctx, args, writer, io.Discard)
		_ = writer.CloseWithError(io.EOF)
		r.ended <- err
	}()
	t.Cleanup(func() { stop(); _ = reader.Close() })
	ready := r.next(t)
	match := regexp.MustCompile(`^sandbox: ready on (http://127\.0\.0\.1:[0-9]+)( |$)`).FindStringSubmatch(ready)
	if match == nil {
		t.Fatalf("the first line is %q", ready)
	}
	r.url = match[1]
	return r
}

func (r *commandRun) next(t *testing.T) string {
	t.Helper()
	if !r.lines.Scan() {
		t.Fatalf("the output ended: %v", r.lines.Err())
	}
	return r.lines.Text()
}

// CONTRACT.md 8.3
func TestCommand(t *testing.T) {
	t.Parallel()
	r := startCommand(t, "--listen", "127.0.0.1:0", "--dialect", "sdk", "--api-key", "k", "--org", "o", "--devices", "10", "--sync-interval", "20ms")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+rolloutsPath, strings.NewReader(`{"version":"2.0.0","rollout_percentage":100}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer k")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("create: %s", resp.Status)
	}
	// The simulation advances without requests.
	progress := regexp.MustCompile(`^sandbox: phi-4-mini: 2\.0\.0 \d+/10 \(\d+%\)$`)
	seen := map[string]bool{}
	for line := ""; line != "sandbox: phi-4-mini: 2.0.0 10/10 (100%)"; {
		line = r.next(t)
		seen["progress"] = seen["progress"] || progress.MatchString(line)
		seen["active"] = seen["active"] || strings.Contains(line, "rollout 3 of 2.0.0 is active at 100%")
		seen["completed"] = seen["completed"] || strings.Contains(line, "rollout 3 of 2.0.0 is completed at 100%")
	}
	for _, what := range []string{"progress", "active", "completed"} {
		if !seen[what] {
			t.Errorf("no line about %s", what)
		}
	}
	r.stop()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Errorf("the command ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("the command did not end")
	}
}

// A request in progress does not delay the end.
func TestCommandStopsWithoutWaitingForRequests(t *testing.T) {
	t.Parallel()
	r := startCommand(t, "--listen", "127.0.0.1:0", "--empty")
	post, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+"/sandbox/faults", strings.NewReader(`{"path":"health","delay_ms":60000}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(post)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/api/v1/health", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if resp, err := http.DefaultClient.Do(get); err == nil {
			_ = resp.Body.Close()
		}
	}()
	r.stop()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Errorf("the command ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the command waits for the request")
	}
	<-done
}

// If the output is not read, neither requests nor the end are delayed.
func TestCommandWithoutReader(t *testing.T) {
	t.Parallel()
	r := startCommand(t, "--listen", "127.0.0.1:0", "--sync-interval", "1ms")
	client := &http.Client{Timeout: time.Minute}
	for i, version := range []string{"2.0.0", "1.0.0", "2.0.0"} {
		body := strings.NewReader(`{"version":"` + version + `","rollout_percentage":100}`)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+rolloutsPath, body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer sandbox")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
		_ = resp.Body.Close()
	}
	r.stop()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Errorf("the command ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("the command waits for a reader")
	}
}

// CONTRACT.md 8.1
func TestCommandRejectsArguments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args    string
		message string
	}{
		{"--listen 0.0.0.0:8787", "loopback"},
		{"--listen 192.168.1.2:8787", "loopback"},
		{"--listen example.com:80", "loopback"},
		{"--listen :8787", "loopback"},
		{"--listen 8787", "not an address"},
		{"--dialect klingon", "docs or sdk"},
		{"--devices -3", "--devices"},
		{"--devices many", "devices"},
		{"--sync-interval 0s", "--sync-interval"},
		{"--sync-interval soon", "sync-interval"},
		{"--rate-limit -1", "--rate-limit"},
		{"--seed-models -1", "--seed-models"},
		{"--seed-groups -1", "--seed-groups"},
		{"--api-key=", "--api-key"},
		{"--org=", "--org"},
		{"--bogus", "bogus"},
		{"surplus", "surplus"},
	} {
		var out, errOut bytes.Buffer
		err := Command(t.Context(), strings.Fields(c.args), &out, &errOut)
		if err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: got %v, want an error with %q", c.args, err, c.message)
		}
		if out.Len() > 0 {
			t.Errorf("%s: printed %s", c.args, out.String())
		}
	}
	for _, loopback := range []string{"127.0.0.1:1", "[::1]:1", "localhost:1", "127.8.9.1:0"} {
		if err := checkLoopback(loopback); err != nil {
			t.Errorf("%s: %v", loopback, err)
		}
	}
}

// CONTRACT.md 8.31
func TestCommandSeedAndRateLimit(t *testing.T) {
	t.Parallel()
	r := startCommand(t, "--listen", "127.0.0.1:0", "--empty", "--seed-models", "3", "--seed-groups", "5", "--rate-limit", "2")
	get := func(path string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer sandbox")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	for path, total := range map[string]string{modelsPath: `"total":3`, groupsPath: `"total":5`} {
		if status, body := get(path); status != 200 || !strings.Contains(body, total) {
			t.Errorf("GET %s: %d, without %s: %.300s", path, status, total, body)
		}
	}
	if status, body := get(modelsPath); status != http.StatusTooManyRequests {
		t.Errorf("the third request: %d %.300s", status, body)
	}
}

func TestCommandHelp(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	if err := Command(t.Context(), []string{"-help"}, &out, &errOut); err != nil {
		t.Errorf("-help ended with %v", err)
	}
	for _, name := range []string{"listen", "dialect", "api-key", "org", "devices", "sync-interval", "rate-limit", "seed-models", "seed-groups", "empty"} {
		if !strings.Contains(errOut.String(), "-"+name) {
			t.Errorf("the help does not name -%s", name)
		}
	}
}

func TestCommandPortInUse(t *testing.T) {
	t.Parallel()
	r := startCommand(t, "--listen", "127.0.0.1:0")
	err := Command(t.Context(), []string{"--listen", strings.TrimPrefix(r.url, "http://")}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "listen") {
		t.Errorf("got %v", err)
	}
}

func TestCommandStopsOnSignal(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := exec.CommandContext(t.Context(), self, "--listen", "127.0.0.1:0")
		cmd.Env = append(os.Environ(), runCommand+"=1")
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(stdout)
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), "sandbox: ready on http://127.0.0.1:") {
			t.Errorf("the first line is %q", lines.Text())
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("after %v the command ended with %v", signal, err)
		}
	}
}
