package provider

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// What bounds the texts of one answer to Terraform, in characters and in lines.
const (
	maxLine   = 1000
	maxDetail = 10_000
	maxLines  = 200
	// maxDiagnostics is the most errors, and the most warnings, of one answer.
	maxDiagnostics = 50
)

// NewServer returns the factory of a server of the plugin protocol. Whatever it gives Terraform to show is printable and bounded:
// names, reasons and errors of the control plane are text, and cannot move the cursor or hide what the provider says. The values of the
// state stay as they are.
//
// Where nobody reads logs, some requests are answered without the framework, which would log them; see directServer.
func NewServer(open func() provider.Provider) func() tfprotov6.ProviderServer {
	return newServer(open, logsAreRead(os.Getenv))
}

func newServer(open func() provider.Provider, logs bool) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		p := open()
		inner, ok := providerserver.NewProtocol6(p)().(fullServer)
		if !ok {
			panic("the framework's server lacks a part of the protocol")
		}
		if !logs {
			inner = &directServer{fullServer: inner, provider: p}
		}
		return &printableServer{inner: inner, logs: logs}
	}
}

// fullServer is the whole protocol, of which tfprotov6 keeps two parts as options.
type fullServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

type printableServer struct {
	inner fullServer
	// logs is true if somebody reads the logs of the process.
	logs bool
}

var _ fullServer = (*printableServer)(nil)

// context returns the context of a call: with printable logs, or, where nobody reads them, one that keeps nothing alive after the call.
func (s *printableServer) context(ctx context.Context) context.Context {
	if s.logs {
		return control.PrintableLogs(ctx)
	}
	return newCallContext(ctx)
}

func printableText(text string) string {
	text = control.Printable(text)
	if lines := strings.Count(text, "\n"); lines > maxLines {
		end := 0
		for range maxLines {
			end += strings.IndexByte(text[end:], '\n') + 1
		}
		return cut(text[:end], maxDetail) + fmt.Sprintf("… (%d more lines)", lines-maxLines+1)
	}
	return cut(text, maxDetail)
}

// cut shortens a text that has more than limit characters, and says by how many.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	length := utf8.RuneCountInString(text)
	if length <= limit {
		return text
	}
	return string([]rune(text)[:limit]) + fmt.Sprintf("… (%d more characters)", length-limit)
}

func printableError(err error) error {
	if err == nil {
		return nil
	}
	if text := printableText(err.Error()); text != err.Error() {
		return fmt.Errorf("%s", text)
	}
	return err
}

// printableDiagnostics makes diagnostics printable, and each appear once. Of a long list it keeps the beginning, and says how many more there are.
func printableDiagnostics(all []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	counts := map[tfprotov6.DiagnosticSeverity]int{}
	shown := all[:0]
	for _, d := range all {
		if d == nil {
			continue
		}
		explainNumber(d)
		d.Summary, d.Detail = cut(control.PrintableLine(d.Summary), maxLine), printableText(d.Detail)
		if slices.ContainsFunc(shown, func(other *tfprotov6.Diagnostic) bool { return sameDiagnostic(d, other) }) {
			continue
		}
		if counts[d.Severity]++; counts[d.Severity] > maxDiagnostics {
			continue
		}
		shown = append(shown, d)
	}
	for severity, name := range map[tfprotov6.DiagnosticSeverity]string{
		tfprotov6.DiagnosticSeverityError: "errors", tfprotov6.DiagnosticSeverityWarning: "warnings",
	} {
		if more := counts[severity] - maxDiagnostics; more > 0 {
			shown = append(shown, &tfprotov6.Diagnostic{
				Severity: severity, Summary: fmt.Sprintf("%d more %s", more, name),
				Detail: fmt.Sprintf("Only the first %d %s are shown.", maxDiagnostics, name),
			})
		}
	}
	return shown
}
