package control

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// It replaces the standard logger's output, so it runs alone.
//
// CONTRACT.md 1.8
func TestTheKeyIsInNoLog(t *testing.T) {
	t.Setenv("TF_LOG", "TRACE")
	t.Setenv("TF_LOG_PROVIDER_OCTOMIL_CONTROL", "TRACE")
	var out, std bytes.Buffer
	before := log.Writer()
	log.SetOutput(&std)
	t.Cleanup(func() { log.SetOutput(before) })
	synctest.Test(t, func(t *testing.T) {
		echo := `{"detail":"the key ` + testKey + ` is wrong"}`
		c, _ := scripted(t,
			answer(503, echo),
			reply{status: 429, header: map[string]string{"Retry-After": "1", "X-Request-Id": testKey}, body: echo},
			failing(fmt.Errorf("proxy does not like %s", testKey)),
			answer(401, echo),
		)
		ctx := tflogtest.RootLogger(t.Context(), &out)
		list := request{operation: "test", method: http.MethodGet, path: join("echo", testKey), query: map[string][]string{"q": {testKey}}}
		err := c.call(ctx, list, nil)
		if !HasStatus(err, 401) || strings.Contains(err.Error(), testKey) {
			t.Errorf("ended with %v", err)
		}
	})
	entries, err := tflogtest.MultilineJSONDecode(bytes.NewReader(out.Bytes()))
	if err != nil || len(entries) != 4 {
		t.Fatalf("%d lines for four attempts: %v\n%s", len(entries), err, out.String())
	}
	if strings.Contains(out.String(), testKey) || strings.Contains(std.String(), testKey) {
		t.Errorf("the key is in the log:\n%s%s", out.String(), std.String())
	}
	if std.Len() > 0 {
		t.Errorf("something writes to the standard logger, past the level and the mask:\n%s", std.String())
	}
	mustContain(t, out.String(), `"method":"GET"`, `"status":503`, `"status":429`, `"duration_ms"`, "Request to the control API failed", "***")
}

func TestALogNeverHoldsABody(t *testing.T) {
	t.Setenv("TF_LOG_PROVIDER_OCTOMIL_CONTROL", "TRACE")
	var out bytes.Buffer
	c, _ := scripted(t, ok(`{"id":"m","name":"a private name"}`))
	if _, err := c.Model(tflogtest.RootLogger(t.Context(), &out), "m"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "a private name") || !strings.Contains(out.String(), "models/m") {
		t.Errorf("the log is\n%s", out.String())
	}
}

func TestAClientWithoutAKeyLogsToo(t *testing.T) {
	t.Parallel()
	c := opened(t, Config{BaseURL: "https://octomil.test/api/v1"})
	attemptOf(t, c).inner = &wire{replies: []reply{failing(errors.New("no"))}}
	if err := send(context.Background(), c, http.MethodPost); err == nil || !strings.Contains(err.Error(), "no complete response") {
		t.Errorf("got %v", err)
	}
}

// That the provider's own limit sets the pace is said once, with the time that it takes.
func TestTheOwnLimitIsSaidOnce(t *testing.T) {
	t.Setenv("TF_LOG_PROVIDER_OCTOMIL_CONTROL", "INFO")
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		c, _ := scripted(t, ok(`{"id":"m","name":"phi"}`))
		attemptOf(t, c).gate = newGate(50)
		ctx := tflogtest.RootLogger(t.Context(), &out)
		read := func(n int) {
			for range n {
				if _, err := c.Model(ctx, "m"); err != nil {
					t.Fatal(err)
				}
			}
		}
		read(50)
		if out.Len() > 0 {
			t.Errorf("the log says of what is not held back\n%s", out.String())
		}
		read(20)
		if n := strings.Count(out.String(), "max_requests_per_minute`) is reached"); n != 1 {
			t.Errorf("it was said %d times:\n%s", n, out.String())
		}
		mustContain(t, out.String(), `"@level":"info"`, `"seconds_for_each_request":1.2`, `"seconds_for_100_requests":120`)
	})
}
