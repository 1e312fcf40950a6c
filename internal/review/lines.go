package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// line is a line that `terraform plan -json` prints.
type line struct {
	Level      string `json:"@level"`
	Type       string `json:"type"`
	Diagnostic *struct {
		Severity string `json:"severity"`
		Summary  string `json:"summary"`
		Detail   string `json:"detail"`
		Address  string `json:"address"`
	} `json:"diagnostic"`
	Change *struct {
		Resource struct {
			Address string `json:"addr"`
			Type    string `json:"resource_type"`
		} `json:"resource"`
		Action string `json:"action"`
	} `json:"change"`
}

// The types of the lines that matter here.
const (
	linePlanned    = "planned_change"
	lineSummary    = "change_summary"
	lineDiagnostic = "diagnostic"
)

// isLines reports whether the first value is a line and not a plan.
func isLines(data []byte) bool {
	var first struct {
		Level *string `json:"@level"`
	}
	return json.NewDecoder(bytes.NewReader(data)).Decode(&first) == nil && first.Level != nil
}

// readLines reads the lines of a plan. What is not JSON, such as what a wrapper prints, is skipped. A plan ends with a summary or an
// error: without either, it is not complete.
func readLines(data []byte) ([]line, error) {
	var lines []line
	ended := false
	for _, text := range bytes.Split(data, []byte("\n")) {
		if text = bytes.TrimSpace(text); len(text) == 0 || text[0] != '{' {
			continue
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, fmt.Errorf("could not read a line of the plan: %w", err)
		}
		ended = ended || l.Type == lineSummary || l.isError()
		lines = append(lines, l)
	}
	if !ended {
		return nil, errors.New("the lines of the plan end without a summary and without an error: the plan was interrupted")
	}
	return lines, nil
}

func (l line) isError() bool {
	return l.Type == lineDiagnostic && l.Diagnostic != nil && l.Diagnostic.Severity == "error"
}
