package control

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// logSubsystem is the name under which requests are logged; TF_LOG_PROVIDER_OCTOMIL_CONTROL sets its level.
const logSubsystem = "control"

// logContext adds the logger of requests to ctx. The key is masked by value wherever it occurs.
func (c *Client) logContext(ctx context.Context) context.Context {
	ctx = tflog.NewSubsystem(ctx, logSubsystem, tflog.WithLevelFromEnv("TF_LOG_PROVIDER_OCTOMIL_CONTROL"), tflog.WithRootFields())
	ctx = tflog.SubsystemMaskLogRegexes(ctx, logSubsystem, unprintableInLogs)
	if c.apiKey == "" {
		return ctx
	}
	ctx = tflog.SubsystemMaskAllFieldValuesStrings(ctx, logSubsystem, c.apiKey)
	return tflog.SubsystemMaskMessageStrings(ctx, logSubsystem, c.apiKey)
}

// logAttempt writes one line per attempt: the request, the status and the duration. It never logs a body or a header's value.
func logAttempt(req *http.Request, resp *http.Response, took time.Duration, err error) {
	masked := logMask(req.Context())
	fields := map[string]any{
		"method":      req.Method,
		"url":         req.URL.String(),
		"duration_ms": took.Milliseconds(),
	}
	if resp != nil {
		fields["status"] = resp.StatusCode
		fields["request_id"] = masked(shorten(requestID(resp), maxExcerpt))
	}
	if err != nil {
		fields["error"] = masked(shorten(err.Error(), maxMessage))
		tflog.SubsystemWarn(req.Context(), logSubsystem, "Request to the control API failed", fields)
		return
	}
	tflog.SubsystemDebug(req.Context(), logSubsystem, "Request to the control API", fields)
}

type onWaitKey struct{}

// OnWait makes the requests of ctx say why they wait, with say: that of a rate limit which holds one back for more than some seconds.
func OnWait(ctx context.Context, say func(text string)) context.Context {
	return context.WithValue(ctx, onWaitKey{}, say)
}

// sayWait logs a wait that is long enough, and reports it to who asked for that with OnWait.
func sayWait(ctx context.Context, wait time.Duration, why string) {
	if wait < saidWait {
		return
	}
	wait = wait.Round(time.Second)
	tflog.SubsystemWarn(ctx, logSubsystem, "Waiting for "+why, map[string]any{"seconds": int(wait.Seconds())})
	if say, ok := ctx.Value(onWaitKey{}).(func(string)); ok {
		say(fmt.Sprintf("Waiting %s for %s", wait, why))
	}
}

type logMaskKey struct{}

// withLogMask masks what the requests of ctx log of the server's answers.
func withLogMask(ctx context.Context, masked func(string) string) context.Context {
	return context.WithValue(ctx, logMaskKey{}, masked)
}

func logMask(ctx context.Context) func(string) string {
	if masked, ok := ctx.Value(logMaskKey{}).(func(string) string); ok {
		return masked
	}
	return func(text string) string { return text }
}

type callerKey struct{}

// WithCaller names the resource type on whose behalf requests are made; it is sent in the user agent.
func WithCaller(ctx context.Context, typeName string) context.Context {
	return context.WithValue(ctx, callerKey{}, typeName)
}

func userAgent(ctx context.Context, agent string) string {
	if caller, ok := ctx.Value(callerKey{}).(string); ok && caller != "" {
		return agent + " " + caller
	}
	return agent
}
