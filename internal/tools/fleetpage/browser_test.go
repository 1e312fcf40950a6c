package fleetpage

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// requireBrowser makes a missing browser a failure.
const requireBrowser = "OCTOMIL_REQUIRE_BROWSER"

// browserPath finds Chromium or Chrome. Without one it skips the test, or fails it.
func browserPath(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "the page is not tested: there is no chromium on PATH; on Debian, install it with apt-get install chromium"
	if os.Getenv(requireBrowser) != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// browser is the one that all tests share, because its start takes longer than most of them. TestMain ends it.
var browser struct {
	start sync.Once
	tab   context.Context
	err   error
}

func TestMain(m *testing.M) {
	defer func() {
		if browser.tab != nil {
			_ = chromedp.Cancel(browser.tab)
		}
	}()
	m.Run()
}

// startBrowser starts the browser, which knows no machine but this one.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	path := browserPath(t)
	browser.start.Do(func() {
		options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
			chromedp.ExecPath(path), chromedp.WindowSize(1000, 900), chromedp.DisableGPU, chromedp.NoSandbox, // the tests may run as root
			chromedp.Flag("no-proxy-server", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
		// TestMain ends both.
		ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
		browser.tab, _ = chromedp.NewContext(ctx)
		browser.err = chromedp.Do(browser.tab, chromedp.Navigate("about:blank"))
	})
	if browser.err != nil {
		t.Fatal("starting the browser: ", browser.err)
	}
	return browser.tab
}

// limit is how long a test may take, however slow the machine is.
const limit = 2 * time.Minute

// tab is a tab of the browser that shows the page of a sandbox, with what went wrong in it.
type tab struct {
	*sandbox.Server
	t   *testing.T
	ctx context.Context
	web *httptest.Server
	url string

	mu       sync.Mutex
	now      time.Time
	problems []string
	requests int
}

// syncInterval is how often the devices sync, by the clock of the test.
const syncInterval = time.Second

// open starts a sandbox, whose clock only elapse moves, and opens its page.
func open(t *testing.T, prepare func(*tab), configure ...func(*sandbox.Options)) *tab {
	t.Helper()
	p := &tab{t: t, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	options := sandbox.Options{SyncInterval: syncInterval, Now: p.clock}
	for _, change := range configure {
		change(&options)
	}
	p.Server = sandbox.New(options)
	p.web = httptest.NewServer(p.Server)
	p.url = p.web.URL
	t.Cleanup(func() { p.web.CloseClientConnections(); p.web.Close() })
	if prepare != nil {
		prepare(p)
	}
	ctx, cancel := context.WithTimeout(startBrowser(t), limit)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p.ctx = ctx
	if err := chromedp.Listen(ctx, p.watch); err != nil {
		t.Fatal(err)
	}
	call(p, network.Enable, network.EnableParams{})
	call(p, page.Enable, page.EnableParams{})
	call(p, runtime.Enable, cdp.Empty{})
	call(p, log.Enable, cdp.Empty{})
	call(p, audits.Enable, cdp.Empty{})
	p.run(chromedp.Navigate(p.url + "/"))
	p.await("the first event", `element("connection").textContent === "Live" && state.models.length > 0`)
	t.Cleanup(p.checkProblems)
	return p
}

func (p *tab) clock() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// elapse moves the clock of the sandbox.
func (p *tab) elapse(d time.Duration) {
	p.mu.Lock()
	p.now = p.now.Add(d)
	p.mu.Unlock()
	p.Advance()
}

// watch records what must not happen in the page: errors, violations of its policy, dialogs and requests to other sites.
func (p *tab) watch(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	note := func(format string, args ...any) { p.problems = append(p.problems, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		note("an exception: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		note("the console has a line of type %s", e.Type)
	case *log.EventEntryAdded:
		note("the log has: %s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *audits.EventIssueAdded:
		note("an issue: %s", e.Issue.Code)
	case *page.EventJavascriptDialogOpening:
		note("a dialog: %s", e.Message)
		go func() { _, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{}) }()
	case *network.EventRequestWillBeSent:
		p.requests++
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme+"://"+u.Host != p.url {
			note("a request to %s", e.Request.URL)
		}
	}
}

func (p *tab) checkProblems() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, problem := range p.problems {
		p.t.Error(problem)
	}
	if p.requests < 4 { // the page, its style, its script and the events
		p.t.Errorf("the network log has only %d requests: this looks in the wrong place", p.requests)
	}
}

// takeProblems returns what went wrong so far, for a test that makes it happen.
func (p *tab) takeProblems() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := p.problems
	p.problems = nil
	return strings.Join(taken, "\n")
}

func (p *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// call runs a command of the protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.t.Fatal(err)
	}
}

// evaluate returns the value of an expression in the page, or of the promise that it is.
func evaluate[T any](p *tab, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise, asThePage))
	if err != nil {
		p.t.Fatalf("%v, in %s", err, expression)
	}
	return value
}

// asThePage makes the page's policy hold for the expression.
func asThePage(params *runtime.EvaluateParams) { params.AllowUnsafeEvalBlockedByCSP = new(bool) }

// await waits until an expression is true. The library's own way to poll would run code of a text, which the page's policy forbids.
func (p *tab) await(what, expression string) {
	p.t.Helper()
	for begun := time.Now(); !evaluate[bool](p, expression); time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			p.t.Fatalf("there is no sign of %s; the page shows\n%s", what, evaluate[string](p, "document.body.innerText"))
		}
	}
}
