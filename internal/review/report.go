package review

import (
	"fmt"
	"strings"
)

// Report is what a reviewer must know of a plan. Its JSON is what `review -format json` prints.
type Report struct {
	// Operations is what the plan does to devices, in the order of the plan.
	Operations []Operation `json:"operations"`
	// Devices is the sum of the operations whose devices are known.
	Devices int `json:"devices"`
	// UnknownDevices is the number of operations whose devices are not known.
	UnknownDevices int `json:"unknown_devices"`
	// Findings is what else must not be missed.
	Findings []Finding `json:"findings"`
	// Drift is what was changed outside of Terraform.
	Drift []Drifted `json:"drift"`
	// OtherChanges is the number of changes of other providers, which are not reviewed.
	OtherChanges int `json:"other_changes"`
	// Errored is true if the plan failed, so that it is not complete.
	Errored bool `json:"errored"`
	// Failed has a sentence for each condition of `-fail-on` and `-max-devices` that the plan meets.
	Failed []string `json:"failed"`
}

// Scope is where a version runs: on the fleet, or on the members of a group.
type Scope struct {
	Model string `json:"model"`
	// Group is empty for the fleet.
	Group string `json:"group,omitempty"`
}

// Operation is what the plan does to the devices of one scope.
type Operation struct {
	Scope   Scope  `json:"scope"`
	Address string `json:"address"`
	// Kind is that of `last_operation.kind`, or one of the kinds below.
	Kind OperationKind `json:"operation"`
	// From is empty if it is not known or nothing was deployed.
	From string `json:"from_version,omitempty"`
	To   string `json:"to_version,omitempty"`
	// Devices is how many devices get another version, nil if that is not known.
	Devices      *int    `json:"devices"`
	DevicesTotal *int    `json:"devices_total"`
	Cancels      *Cancel `json:"cancels"`
	// Summary is that of `last_operation.summary`.
	Summary string `json:"summary,omitempty"`
	// Note says what causes the operation, or where its numbers come from, if that is not an update of the resource.
	Note string `json:"note,omitempty"`
}

// Cancel is a rollout that an operation ends.
type Cancel struct {
	RolloutID  string `json:"rollout_id,omitempty"`
	Version    string `json:"version,omitempty"`
	Percentage string `json:"percentage,omitempty"`
}

// OperationKind is what an operation is.
type OperationKind string

// The kinds that have a meaning here. The provider has more, such as advance and resume.
const (
	opDeploy   OperationKind = "deploy"
	opRollback OperationKind = "rollback"
	opAdvance  OperationKind = "advance"
	opResume   OperationKind = "resume"
	opPause    OperationKind = "pause"
	opAdopt    OperationKind = "adopt"
	opNone     OperationKind = "none"
	opCancel   OperationKind = "cancel"
	opUnknown  OperationKind = "unknown"
)

// changesNoDevice reports whether an operation of this kind gives no device another version.
func (k OperationKind) changesNoDevice() bool { return k == opPause || k == opAdopt || k == opNone }

// Finding is something that a reviewer must see.
type Finding struct {
	Kind    Kind   `json:"kind"`
	Address string `json:"address"`
	// Attribute is the attribute that it is about, if it is one.
	Attribute string `json:"attribute,omitempty"`
	// Before and After are the values of the attribute.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Text is a sentence.
	Text string `json:"text"`
	// Details is what the sentence counts, such as devices.
	Details []string `json:"details,omitempty"`
}

// Kind is what `-fail-on` names.
type Kind string

// The kinds of `-fail-on`. The first ones are about operations.
const (
	kindRollback   Kind = "rollback"
	kindCancel     Kind = "cancel"
	kindUnknown    Kind = "unknown"
	kindRedeploy   Kind = "redeploy"
	kindDestroy    Kind = "destroy"
	kindForget     Kind = "forget"
	kindLoosened   Kind = "loosened"
	kindMembers    Kind = "members"
	kindAccess     Kind = "access"
	kindDeprecated Kind = "deprecated"
	kindDrift      Kind = "drift"
)

// kinds is every kind, with its meaning and the heading of its section.
var kinds = []struct {
	kind    Kind
	means   string
	heading string
}{
	{kindRollback, "a deployment goes back to an older version, also by an action or a destroy", ""},
	{kindCancel, "a rollout in progress is canceled", ""},
	{kindRedeploy, "a version that was rolled back is deployed again", "Deployed again after a rollback"},
	{kindUnknown, "how many devices change, or whether a guard is loosened, is not known before the apply", "Not known before the apply"},
	{kindDestroy, "an object is deleted or replaced", "Deleted or replaced"},
	{kindForget, "an object is no longer managed and stays on the server", "No longer managed"},
	{kindLoosened, "a guardrail is loosened: a limit raised or removed, a protection turned off", "Guardrails loosened"},
	{kindMembers, "a group loses members, or its rules change", "Groups"},
	{kindAccess, "a key gains scopes, or a member a role", "Access"},
	{kindDeprecated, "a version is deprecated, or one that is deprecated is deployed", "Deprecated versions"},
	{kindDrift, "something was changed outside of Terraform", ""},
}

// Drifted is an object that was changed outside of Terraform.
type Drifted struct {
	Address string `json:"address"`
	// Action is update or delete.
	Action  string      `json:"action"`
	Changes []Attribute `json:"changes,omitempty"`
	// RolledBack is set if the drift is a rollback.
	RolledBack *RolledBack `json:"rolled_back,omitempty"`
}

// Attribute is an attribute that has changed.
type Attribute struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// RolledBack is what the state knows of the rollback of a version.
type RolledBack struct {
	Version string `json:"version"`
	Now     string `json:"now,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Trigger string `json:"trigger,omitempty"`
	At      string `json:"at,omitempty"`
}

// sentence says who did it, when and why.
func (r RolledBack) sentence() string {
	var text strings.Builder
	text.WriteString(quoted(r.Version) + " was rolled back")
	if r.At != "" {
		text.WriteString(" on " + quoted(r.At))
	}
	switch r.Trigger {
	case "":
	case "auto":
		text.WriteString(" automatically by the organization's policy")
	default:
		text.WriteString(" manually")
	}
	if r.Now != "" {
		text.WriteString(", and " + quoted(r.Now) + " runs now")
	}
	if r.Reason != "" {
		text.WriteString(": " + quoted(r.Reason))
	}
	return text.String()
}

// rolledBackOf reads the attribute rolled_back of a deployment, nil if it is null.
func rolledBackOf(deployment value) *RolledBack {
	info := deployment.at("rolled_back")
	if info.raw == nil {
		return nil
	}
	return &RolledBack{
		Version: info.at("version").text(), Now: deployment.at("version").text(), Reason: info.at("reason").optionalText(),
		Trigger: info.at("trigger").optionalText(), At: info.at("at").optionalText(),
	}
}

// isEmpty reports whether there is nothing to say about this provider's objects.
func (r *Report) isEmpty() bool {
	return len(r.Operations) == 0 && len(r.Findings) == 0 && len(r.Drift) == 0 && !r.Errored
}

// headline is one sentence about the whole plan.
func (r *Report) headline() string {
	if len(r.Operations) == 0 {
		return "This plan gives no device another version."
	}
	counts := map[OperationKind]int{}
	var order []OperationKind
	for _, op := range r.Operations {
		if counts[op.Kind]++; counts[op.Kind] == 1 {
			order = append(order, op.Kind)
		}
	}
	parts := make([]string, len(order))
	for i, kind := range order {
		parts[i] = fmt.Sprintf("%d %s", counts[kind], kind)
	}
	text := fmt.Sprintf("%s: %s. ", counted(len(r.Operations), "operation"), strings.Join(parts, ", "))
	switch {
	case r.UnknownDevices > 0 && r.Devices == 0:
		return text + "How many devices change is not known before the apply."
	case r.UnknownDevices > 0:
		return text + fmt.Sprintf("At least %s; of %s it is not known before the apply how many devices change.", changing(r.Devices),
			counted(r.UnknownDevices, "operation"))
	default:
		text += changing(r.Devices)
		return text + "."
	}
}

func changing(devices int) string {
	if devices == 1 {
		return "1 device gets another version"
	}
	return fmt.Sprintf("%d devices get another version", devices)
}

func counted(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
