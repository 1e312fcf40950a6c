package review

import (
	"fmt"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Outcome is what a job that looks for drift has found.
type Outcome string

// The outcomes, from the least to the most severe.
const (
	outcomeNone       Outcome = "none"
	outcomeJoined     Outcome = "joined"
	outcomeDrift      Outcome = "drift"
	outcomeBroken     Outcome = "broken"
	outcomeRolledBack Outcome = "rolled_back"
)

// code is the exit code of an outcome.
func (o Outcome) code() int {
	switch o {
	case outcomeNone:
		return exitNone
	case outcomeJoined:
		return exitJoined
	case outcomeDrift:
		return exitDrift
	case outcomeRolledBack:
		return exitRolledBack
	default:
		return exitBroken
	}
}

// DriftReport is what `drift -format json` prints.
type DriftReport struct {
	Outcome Outcome `json:"outcome"`
	// Items is what makes up the outcome.
	Items []DriftItem `json:"items"`
}

// DriftItem is one object that differs, or an error of the plan.
type DriftItem struct {
	Outcome Outcome `json:"outcome"`
	Address string  `json:"address,omitempty"`
	Text    string  `json:"text"`
	// RolledBack is what the state knows of a rollback.
	RolledBack *RolledBack `json:"rolled_back,omitempty"`
}

func (r *DriftReport) add(o Outcome, address, text string, info *RolledBack) {
	r.Items = append(r.Items, DriftItem{Outcome: o, Address: address, Text: text, RolledBack: info})
	if slices.Index(severity, o) > slices.Index(severity, r.Outcome) {
		r.Outcome = o
	}
}

var severity = []Outcome{outcomeNone, outcomeJoined, outcomeDrift, outcomeBroken, outcomeRolledBack}

// findDrift says what a plan on a schedule has found. Changes of outputs alone are none. A version that was rolled back comes first,
// then an error: what a plan that failed has not come to is not known.
func findDrift(p *plan) *DriftReport {
	r := &DriftReport{Outcome: outcomeNone, Items: []DriftItem{}}
	planned := map[string]*tfjson.ResourceChange{}
	for _, c := range p.ResourceChanges {
		planned[c.Address] = c
	}
	drifted := map[string]*tfjson.ResourceChange{}
	for _, c := range p.ResourceDrift {
		if c.Mode == tfjson.ManagedResourceMode && !c.Change.Actions.NoOp() {
			drifted[c.Address] = c
		}
	}
	for _, c := range p.ResourceChanges {
		if changes(c) {
			r.addPlanned(c, drifted[c.Address])
		}
	}
	for _, d := range p.DeferredChanges {
		if d != nil && d.ResourceChange != nil {
			r.add(outcomeDrift, d.ResourceChange.Address, "is deferred: what it does is known in a later plan only", nil)
		}
	}
	for _, a := range p.ActionInvocations {
		if a != nil {
			r.add(outcomeDrift, a.Address, "is invoked", nil)
		}
	}
	// A refresh-only plan has no changes, and a plan that failed none for what it failed on.
	for _, c := range p.ResourceDrift {
		if drifted[c.Address] != nil && planned[c.Address] == nil {
			r.addDrifted(p, c)
		} else if drifted[c.Address] != nil && c.Type == typeDeployment && !changes(planned[c.Address]) {
			r.addAccepted(c)
		}
	}
	if p.Errored {
		r.addErrored(p, planned, drifted)
	}
	return r
}

// addPlanned adds what the plan would change.
func (r *DriftReport) addPlanned(c, drift *tfjson.ResourceChange) {
	from, to := before(c.Change), after(c.Change)
	switch {
	case c.Type != typeDeployment:
		r.add(outcomeDrift, c.Address, actionText(c.Change), nil)
	case deletes(c.Change.Actions) || creates(c.Change.Actions) || forgets(c.Change.Actions):
		r.add(outcomeDrift, c.Address, actionText(c.Change), nil)
	default:
		info := rolledBackOf(from)
		switch {
		case info != nil && from.at("rolled_back", "version").str() == to.at("version").str():
			r.add(outcomeRolledBack, c.Address, info.sentence()+". The plan deploys it again", info)
		case info != nil && drift != nil && !same(before(drift.Change).at("rolled_back"), from.at("rolled_back")):
			r.add(outcomeRolledBack, c.Address, info.sentence(), info)
		case onlyJoined(from, to):
			r.add(outcomeJoined, c.Address, joinedText(to), nil)
		default:
			r.add(outcomeDrift, c.Address, deploymentText(from, to), nil)
		}
	}
}

// deploymentInputs is what the configuration of a deployment sets.
var deploymentInputs = []string{
	"group", "max_affected_devices", "model", "on_destroy", "on_rollback", "paused", "reason", "rollout", "supersede", "timeouts", "version", "wait_for",
}

// onlyJoined reports whether a deployment only gives its version to devices that have joined the group.
func onlyJoined(from, to value) bool {
	if kindOf(to.at("last_operation", "kind")) != opAdvance || from.at("group").raw == nil {
		return false
	}
	for _, name := range deploymentInputs {
		if !same(from.at(name), to.at(name)) {
			return false
		}
	}
	return true
}

func joinedText(to value) string {
	who := "devices have"
	if n := to.at("last_operation", "devices").count(); n != nil {
		who = counted(*n, "device")
		if *n == 1 {
			who += " has"
		} else {
			who += " have"
		}
	}
	return fmt.Sprintf("%s joined the group %s and would get %s", who, quoted(to.at("group").text()), quoted(to.at("version").text()))
}

func deploymentText(from, to value) string {
	if !same(from.at("version"), to.at("version")) {
		return fmt.Sprintf("%s runs, and the plan goes to %s", quoted(from.at("version").text()), quoted(to.at("version").text()))
	}
	return "differs from the configuration"
}

// actionText says what the plan does with an object.
func actionText(c *tfjson.Change) string {
	switch {
	case deletes(c.Actions) && creates(c.Actions):
		return "would be replaced"
	case deletes(c.Actions):
		return "would be deleted"
	case creates(c.Actions):
		return "would be created"
	case forgets(c.Actions):
		return "would be removed from the state"
	case c.Importing != nil && c.Actions.NoOp():
		return "would be imported"
	default:
		return "would be changed"
	}
}

// addDrifted adds what the refresh has found of an object that the plan has no change for. A difference that Terraform does not manage,
// such as the status of a rollout, is no drift.
func (r *DriftReport) addDrifted(p *plan, c *tfjson.ResourceChange) {
	from, to := before(c.Change), after(c.Change)
	if deletes(c.Change.Actions) {
		r.add(outcomeDrift, c.Address, "was deleted outside of Terraform", nil)
		return
	}
	if c.Type == typeDeployment && !same(from.at("version"), to.at("version")) {
		if info := rolledBackIn(from, to); info != nil {
			r.add(outcomeRolledBack, c.Address, info.sentence(), info)
			return
		}
		r.add(outcomeDrift, c.Address, fmt.Sprintf("%s was deployed in place of %s outside of Terraform",
			quoted(to.at("version").text()), quoted(from.at("version").text())), nil)
		return
	}
	if c.Type == typeDeployment && c.Change.Actions.Update() && to.at("group").raw != nil && !same(from.at("percentage"), to.at("percentage")) {
		r.add(outcomeJoined, c.Address, fmt.Sprintf("%s percent of the devices of the group %s have %s", to.at("percentage").text(),
			quoted(to.at("group").text()), quoted(to.at("version").text())), nil)
		return
	}
	var names []string
	for _, name := range attributeNames(from, to) {
		if !same(from.at(name), to.at(name)) && p.sets(c, name) {
			names = append(names, "`"+name+"`")
		}
	}
	if len(names) > 0 {
		r.add(outcomeDrift, c.Address, strings.Join(names, ", ")+" was changed outside of Terraform", nil)
	}
}

// addAccepted adds a rollback that the plan leaves as it is, because `on_rollback` is `accept` or the version is ignored. It is drift
// of its own kind until an apply or a refresh has put it into the state.
func (r *DriftReport) addAccepted(c *tfjson.ResourceChange) {
	from, to := before(c.Change), after(c.Change)
	if info := rolledBackIn(from, to); info != nil && to.at("on_rollback").str() == "accept" {
		r.add(outcomeRolledBack, c.Address, info.sentence()+". The rollback is accepted", info)
	}
}

// rolledBackIn is the rollback between two states of a deployment, if the version of the first one was rolled back. Of a group the
// server keeps no record: there an older version says it.
func rolledBackIn(from, to value) *RolledBack {
	if info := rolledBackOf(to); info != nil {
		if to.at("rolled_back", "version").str() == from.at("version").str() {
			return info
		}
		return nil
	}
	if order, ok := control.CompareVersions(to.at("version").str(), from.at("version").str()); to.at("group").raw != nil && ok && order < 0 {
		return &RolledBack{Version: from.at("version").text(), Now: to.at("version").text()}
	}
	return nil
}

// addErrored adds what a plan that failed says about its failure. `on_rollback = "block"` fails the plan of a deployment whose version
// was rolled back: then the plan has no change for it, and the state says that it was rolled back.
func (r *DriftReport) addErrored(p *plan, planned, drifted map[string]*tfjson.ResourceChange) {
	for _, s := range p.prior() {
		v := s.value()
		if s.Mode != managed || s.Type != typeDeployment || planned[s.Address] != nil || drifted[s.Address] != nil {
			continue
		}
		info, pin := rolledBackOf(v), p.pinOf(s)
		switch {
		case info == nil:
		case pin == "":
			r.add(outcomeBroken, s.Address, info.sentence()+". Whether the configuration pins this version is not in the plan", info)
		case pin == v.at("rolled_back", "version").str():
			r.add(outcomeRolledBack, s.Address, info.sentence(), info)
		}
	}
	text := "The plan failed. The plan file does not say why: see the errors that `terraform plan` has printed"
	if r.Outcome == outcomeRolledBack {
		text = "The plan failed, as it does with `on_rollback = \"block\"` after a rollback. If it has other errors, `terraform plan` has printed them"
	}
	r.add(outcomeBroken, "", text, nil)
}

// rolledBackSummaries is how the errors of a deployment begin whose version is no longer in force because somebody ended it.
var rolledBackSummaries = []string{"The version was rolled back", "The rollout was canceled"}

// driftOfLines is findDrift of the lines of `terraform plan -json`, which have no values.
func driftOfLines(lines []line) *DriftReport {
	r := &DriftReport{Outcome: outcomeNone, Items: []DriftItem{}}
	for _, l := range lines {
		switch {
		case l.isError():
			o := outcomeBroken
			for _, summary := range rolledBackSummaries {
				if strings.HasPrefix(l.Diagnostic.Summary, summary) {
					o = outcomeRolledBack
				}
			}
			r.add(o, l.Diagnostic.Address, strings.TrimSuffix(l.Diagnostic.Summary+". "+l.Diagnostic.Detail, ". "), nil)
		case l.Type == linePlanned && l.Change != nil && l.Change.Action != "noop" && l.Change.Action != "read":
			r.add(outcomeDrift, l.Change.Resource.Address, "the plan has the action "+l.Change.Action, nil)
		}
	}
	return r
}
