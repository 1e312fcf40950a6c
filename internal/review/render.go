package review

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// markup writes the texts of a plan so that they stay texts: a name in a configuration must not become a heading, a link, a mention or
// a column of the comment that quotes it.
type markup struct {
	// value is a text of the plan.
	value func(string) string
	// prose is a sentence of this package, with texts of the plan between backticks.
	prose func(string) string
	// heading and strong are what is around the texts.
	heading func(string) string
	strong  func(string) string
}

var asText = markup{
	value:   func(s string) string { return oneLine(s, maxText) },
	prose:   func(s string) string { return oneLine(s, maxProse) },
	heading: func(s string) string { return "\n" + s + ":\n\n" },
	strong:  func(s string) string { return s },
}

var asMarkdown = markup{
	value:   func(s string) string { return markdownCode(oneLine(s, maxText)) },
	prose:   func(s string) string { return markdownProse(oneLine(s, maxProse)) },
	heading: func(s string) string { return "\n**" + s + "**\n\n" },
	strong:  func(s string) string { return "**" + s + "**" },
}

// How many characters of a text of the plan, and of a sentence with such texts, are printed.
const (
	maxText  = 300
	maxProse = 2000
)

// oneLine is a text on one line of a terminal.
func oneLine(text string, limit int) string {
	runes := []rune(control.PrintableLine(text))
	if len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return string(runes)
}

// markdownCode is a text as code in Markdown. What has a meaning in Markdown, in HTML or in a table, even within a span of code, is
// written as HTML, with a number for each character.
func markdownCode(text string) string {
	switch {
	case text == "":
		return ""
	case !strings.ContainsFunc(text, isMarkup):
		return "`" + text + "`"
	}
	var html strings.Builder
	html.WriteString("<code>")
	for _, r := range text {
		if r == ' ' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			html.WriteRune(r)
		} else {
			fmt.Fprintf(&html, "&#%d;", r)
		}
	}
	return html.String() + "</code>"
}

func isMarkup(r rune) bool { return strings.ContainsRune("`|<>&\\", r) || !unicode.IsPrint(r) }

// quoted sets off a text of the plan within a sentence of this package.
func quoted(text string) string { return "`" + unquoted(text) + "`" }

// unquoted is a text that may stand between backticks.
func unquoted(text string) string { return strings.ReplaceAll(text, "`", "'") }

// markdownProse is a sentence in Markdown, with what is between backticks as code.
func markdownProse(text string) string {
	parts := strings.Split(text, "`")
	for i, part := range parts {
		if isLast := i == len(parts)-1; i%2 == 1 && !isLast || isReference(part) {
			parts[i] = markdownCode(part)
		} else {
			parts[i] = escaped(part)
		}
	}
	return strings.Join(parts, "")
}

// isReference reports whether a text outside of code could become a mention of a person, of an issue, or a link: forges look for these
// after all characters are read.
func isReference(text string) bool {
	return strings.ContainsAny(text, "@#") || strings.Contains(text, "://") || strings.Contains(strings.ToLower(text), "www.")
}

// escaped is a text in Markdown outside of code.
func escaped(text string) string {
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|~@&$", r) {
			fmt.Fprintf(&out, "&#%d;", r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// write prints the report.
func (r *Report) write(w io.Writer, format string) error {
	switch format {
	case "json":
		return writeJSON(w, r)
	case "text":
		_, err := io.WriteString(w, r.render(asText, r.textTable()))
		return err
	default:
		_, err := io.WriteString(w, r.render(asMarkdown, r.markdownTable()))
		return err
	}
}

func writeJSON(w io.Writer, report any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

// nothingText is the review of a plan that has nothing for a reviewer.
const nothingText = "This plan gives no device another version and changes nothing of Octomil that needs a review."

func (r *Report) render(m markup, table string) string {
	var out strings.Builder
	switch {
	case r.isEmpty():
		out.WriteString(nothingText)
	default:
		out.WriteString(m.strong(r.headline()))
	}
	out.WriteString("\n")
	if r.Errored {
		out.WriteString("\n" + m.strong("The plan failed: what follows is not complete.") + "\n")
	}
	for _, text := range r.Failed {
		out.WriteString("\n" + m.strong("Not allowed:") + " " + m.prose(text) + "\n")
	}
	if len(r.Operations) > 0 {
		out.WriteString("\n" + table + r.notes(m))
	}
	for _, k := range kinds {
		heading := k.heading
		for _, f := range r.Findings {
			if f.Kind != k.kind {
				continue
			}
			if heading != "" {
				out.WriteString(m.heading(heading))
				heading = ""
			}
			out.WriteString("- " + f.text(m) + "\n")
		}
	}
	if len(r.Drift) > 0 {
		out.WriteString(m.heading("Changed outside of Terraform"))
		for _, d := range r.Drift {
			out.WriteString("- " + d.text(m) + "\n")
		}
	}
	if r.OtherChanges > 0 {
		fmt.Fprintf(&out, "\nNot reviewed here: %s of other providers.\n", counted(r.OtherChanges, "change"))
	}
	return out.String()
}

// notes is the notes of the operations.
func (r *Report) notes(m markup) string {
	var out strings.Builder
	for _, op := range r.Operations {
		if op.Note != "" {
			out.WriteString("- " + m.value(op.Address) + ": " + m.prose(op.Note) + "\n")
		}
	}
	if out.Len() == 0 {
		return ""
	}
	return "\n" + out.String()
}

// text is a finding on one line.
func (f Finding) text(m markup) string {
	var text strings.Builder
	text.WriteString(m.value(f.Address) + ": ")
	if f.Attribute != "" {
		text.WriteString(m.value(f.Attribute) + " ")
		switch {
		case f.Before != "" && f.After != "":
			text.WriteString(m.value(f.Before) + " → " + m.value(f.After) + ": ")
		case f.After != "":
			text.WriteString("is " + m.value(f.After) + ": ")
		}
	}
	text.WriteString(m.prose(f.Text))
	if len(f.Details) > 0 {
		text.WriteString(": " + shortList(m.value, f.Details))
	}
	return text.String()
}

// maxListed is how many of the things that a sentence counts are named.
const maxListed = 10

func shortList(show func(string) string, texts []string) string {
	var shown []string
	for _, text := range texts[:min(len(texts), maxListed)] {
		shown = append(shown, show(text))
	}
	list := strings.Join(shown, ", ")
	if more := len(texts) - maxListed; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// text is an object that was changed outside of Terraform, on one line.
func (d Drifted) text(m markup) string {
	text := m.value(d.Address) + ": "
	if d.Action == "delete" {
		return text + "was deleted"
	}
	var parts []string
	if d.RolledBack != nil {
		parts = append(parts, m.prose(d.RolledBack.sentence()))
	}
	for _, a := range d.Changes {
		parts = append(parts, m.value(a.Name)+" "+m.value(a.Before)+" → "+m.value(a.After))
	}
	return text + strings.Join(parts, "; ")
}

// columns is the table's cells of an operation, as texts of the plan.
func (op Operation) columns(m markup) []string {
	group := "fleet"
	if op.Scope.Group != "" {
		group = "group " + m.value(op.Scope.Group)
	}
	kind := string(op.Kind)
	if op.Kind == opRollback || op.Kind == opCancel || op.Kind == opUnknown {
		kind = m.strong(kind)
	}
	return []string{
		m.value(op.Scope.Model) + ", " + group, m.value(op.Address), kind, m.value(op.From), m.value(op.To), op.devices(), op.canceled(m),
	}
}

var headings = []string{"scope", "address", "operation", "from", "to", "devices", "cancels"}

func (op Operation) devices() string {
	switch {
	case op.Devices == nil:
		return "unknown"
	case op.DevicesTotal != nil:
		return fmt.Sprintf("%d of %d", *op.Devices, *op.DevicesTotal)
	default:
		return fmt.Sprint(*op.Devices)
	}
}

func (op Operation) canceled(m markup) string {
	if op.Cancels == nil {
		return ""
	}
	var parts []string
	if op.Cancels.RolloutID != "" {
		parts = append(parts, m.value(op.Cancels.RolloutID))
	}
	if op.Cancels.Version != "" {
		parts = append(parts, "of "+m.value(op.Cancels.Version))
	}
	if op.Cancels.Percentage != "" {
		parts = append(parts, "at "+m.prose(op.Cancels.Percentage)+" %")
	}
	if len(parts) == 0 {
		return "the rollout in progress"
	}
	return strings.Join(parts, " ")
}

func (r *Report) markdownTable() string {
	var out strings.Builder
	row := func(cells []string) { out.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(headings)
	row(strings.Fields(strings.Repeat("--- ", len(headings))))
	for _, op := range r.Operations {
		row(op.columns(asMarkdown))
	}
	return out.String()
}

func (r *Report) textTable() string {
	var out strings.Builder
	for _, op := range r.Operations {
		c := op.columns(asText)
		line := fmt.Sprintf("- %s: %s", c[1], c[2])
		if c[3] != "" {
			line += " from " + c[3]
		}
		if c[4] != "" {
			line += " to " + c[4]
		}
		line += fmt.Sprintf(" of %s, %s devices", c[0], c[5])
		if c[6] != "" {
			line += ", cancels " + c[6]
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

// outcomes is the first sentence of each outcome of drift.
var outcomes = map[Outcome]string{
	outcomeNone:       "No drift: the plan changes nothing.",
	outcomeJoined:     "Devices have joined a group since the last apply. Apply the plan to give them the pinned version.",
	outcomeDrift:      "Drift: review the plan. Apply it, or change the configuration.",
	outcomeBroken:     "The plan failed.",
	outcomeRolledBack: "A pinned version was rolled back. Pin a known good version.",
}

func (r *DriftReport) write(w io.Writer, format string) error {
	if format == "json" {
		return writeJSON(w, r)
	}
	m := asText
	if format == "markdown" {
		m = asMarkdown
	}
	var out strings.Builder
	out.WriteString(m.strong(outcomes[r.Outcome]) + "\n")
	if len(r.Items) > 0 {
		out.WriteString("\n")
	}
	for _, i := range r.Items {
		out.WriteString("- ")
		if i.Address != "" {
			out.WriteString(m.value(i.Address) + ": ")
		}
		out.WriteString(m.prose(i.Text) + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}
