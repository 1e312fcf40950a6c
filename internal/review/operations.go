package review

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// operations is what a change of a deployment does to devices: nothing, one operation, or, for a replacement, that of the destroy and
// that of the new deployment.
func (p *plan) operations(c *tfjson.ResourceChange) []Operation {
	from, to, actions := before(c.Change), after(c.Change), c.Change.Actions
	var operations []Operation
	if deletes(actions) {
		if op, changes := destroyOperation(c.Address, from); changes {
			operations = append(operations, op)
		}
	}
	switch {
	case creates(actions):
		operations = append(operations, p.createOperation(c.Address, to))
	case slices.Contains(actions, tfjson.ActionUpdate) && operates(from, to):
		operations = append(operations, p.updateOperation(c.Address, from, to))
	}
	return operations
}

// operates reports whether an update of a deployment does anything but keep its settings. Two equal operations may follow each other,
// so that an equal last_operation alone says nothing.
func operates(from, to value) bool {
	if !same(from.at("last_operation"), to.at("last_operation")) && !to.at("last_operation").isNull() {
		return true
	}
	for _, name := range []string{"version", "paused", "status", "rollout_id", "percentage", "active_version"} {
		if !same(from.at(name), to.at(name)) {
			return true
		}
	}
	return !same(from.at("rollout", "percentage"), to.at("rollout", "percentage"))
}

func scopeOf(deployment value) Scope {
	return Scope{Model: deployment.at("model").text(), Group: deployment.at("group").optionalText()}
}

func (p *plan) updateOperation(address string, from, to value) Operation {
	last := to.at("last_operation")
	op := Operation{
		Scope: scopeOf(to), Address: address, Kind: kindOf(last.at("kind")),
		From: last.at("from_version").optionalText(), To: last.at("to_version").optionalText(),
		Devices: last.at("devices").count(), DevicesTotal: last.at("devices_total").count(),
		Cancels: cancelOf(last.at("cancels"), "rollout_id"), Summary: last.at("summary").optionalText(),
	}
	if op.From == "" && !last.isNull() && last.at("from_version").hasUnknown() || last.isNull() {
		op.From = from.at("version").optionalText()
	}
	if op.To == "" || last.at("to_version").hasUnknown() {
		op.To = to.at("version").optionalText()
	}
	if preview, ok := p.preview(to); ok && kindOf(preview.at("operation")) == op.Kind {
		// The preview leaves out devices that keep a version from a deployment to a group.
		op.Devices = cmp.Or(preview.at("devices").count(), op.Devices)
		op.DevicesTotal = cmp.Or(preview.at("devices_total").count(), op.DevicesTotal)
		if op.Cancels == nil && last.at("cancels").absent {
			op.Cancels = cancelOf(preview.at("cancels"), "id")
		}
	}
	return op.settled()
}

// createOperation is what the configuration says, and what a preview in the same plan knows.
func (p *plan) createOperation(address string, to value) Operation {
	op := Operation{Scope: scopeOf(to), Address: address, Kind: opDeploy, To: to.at("version").optionalText()}
	if last := to.at("last_operation"); last.raw != nil && !last.at("kind").hasUnknown() {
		op.Kind = kindOf(last.at("kind"))
	}
	op.Note = "deploys " + quoted(op.To) + ", devices unknown until apply"
	if preview, ok := p.preview(to); ok {
		if op.Kind = kindOf(preview.at("operation")); op.Kind == opNone {
			op.Kind = opAdopt
		}
		op.From = preview.at("from_version").optionalText()
		op.Devices, op.DevicesTotal = preview.at("devices").count(), preview.at("devices_total").count()
		op.Cancels = cancelOf(preview.at("cancels"), "id")
		op.Note = "is new; the numbers are those of an `octomil_deployment_preview` in this plan"
	}
	return op.settled()
}

// destroyOperation is what on_destroy does, if it changes devices.
func destroyOperation(address string, from value) (Operation, bool) {
	op := Operation{Scope: scopeOf(from), Address: address, From: from.at("version").optionalText()}
	switch from.at("on_destroy").str() {
	case onDestroyRollback:
		op.Kind, op.To, op.Note = opRollback, from.at("previous_version").optionalText(), "is destroyed with `on_destroy = \"rollback\"`"
	case onDestroyCancel:
		status := from.at("status").str()
		if from.at("group").raw != nil || !slices.Contains([]string{"", "pending", "active", "paused"}, status) {
			return op, false // nothing in progress, or nothing that can be canceled
		}
		op.Kind, op.Note = opCancel, "is destroyed with `on_destroy = \"cancel\"`"
		op.Cancels = &Cancel{
			RolloutID: from.at("rollout_id").optionalText(), Version: op.From, Percentage: from.at("percentage").optionalText(),
		}
	default:
		return op, false
	}
	return op, true
}

// settled gives operations that change no device the number 0.
func (op Operation) settled() Operation {
	if op.Devices == nil && op.Kind.changesNoDevice() {
		op.Devices = new(int)
	}
	return op
}

// kindPattern accepts kinds that a newer version of the provider adds, and nothing that needs escaping.
var kindPattern = regexp.MustCompile(`^[a-z_]{1,20}$`)

func kindOf(v value) OperationKind {
	if v.hasUnknown() || v.hasSensitive() || !kindPattern.MatchString(v.str()) {
		return opUnknown
	}
	return OperationKind(v.str())
}

// cancelOf reads a rollout that is canceled; the name of its ID differs between a resource and a preview.
func cancelOf(v value, id string) *Cancel {
	if v.raw == nil {
		return nil
	}
	return &Cancel{
		RolloutID: v.at(id).optionalText(), Version: v.at("version").optionalText(), Percentage: v.at("percentage").optionalText(),
	}
}

// preview is the octomil_deployment_preview of what a deployment plans: the same model, group, version and percentage.
func (p *plan) preview(deployment value) (value, bool) {
	if deployment.at("version").hasUnknown() || deployment.at("model").hasUnknown() || deployment.at("group").hasUnknown() {
		return value{}, false
	}
	for _, v := range p.previews {
		model := deployment.at("model").str()
		if (v.at("model").str() == model || v.at("model_id").str() == model) && same(v.at("group"), deployment.at("group")) &&
			same(v.at("version"), deployment.at("version")) &&
			(v.at("operation").str() == string(opRollback) || percentageOf(v.at("percentage")) == percentageOf(deployment.at("rollout", "percentage"))) {
			return v, true
		}
	}
	return value{}, false
}

func percentageOf(v value) float64 {
	if n, ok := v.number(); ok {
		return n
	}
	return 100
}

// actionKinds is what each action does to devices, "" for nothing.
var actionKinds = map[string]OperationKind{
	typePrefix + "rollback":        opRollback,
	typePrefix + "rollout_start":   opDeploy,
	typePrefix + "rollout_advance": opAdvance,
	typePrefix + "rollout_resume":  opResume,
	typePrefix + "rollout_pause":   opPause,
	typePrefix + "rollout_cancel":  opCancel,

	typePrefix + "metrics_integration_test": "",
	typePrefix + "log_integration_test":     "",
}

// changesNoDevice is true of an action that has nothing to do with devices. One that is not known here may have.
func changesNoDevice(actionType string) bool {
	kind, known := actionKinds[actionType]
	return known && kind == ""
}

// actionOperation is what an action that the plan invokes does to devices.
func actionOperation(a *tfjson.ActionInvocation) Operation {
	config := value{raw: a.ConfigValues, unknown: a.ConfigUnknown, sensitive: a.ConfigSensitive}
	op := Operation{
		Scope: scopeOf(config), Address: a.Address, Kind: actionKinds[a.Type], To: config.at("to_version").optionalText(),
	}
	if op.Kind == "" {
		op.Kind = opUnknown
	}
	if op.Kind == opCancel {
		op.Cancels = &Cancel{RolloutID: config.at("rollout_id").optionalText()}
	}
	if trigger := a.LifecycleActionTrigger; trigger != nil {
		when := strings.NewReplacer("Before", "before the ", "After", "after the ").Replace(trigger.ActionTriggerEvent)
		op.Note = "is invoked " + strings.ToLower(when) + " of " + quoted(trigger.TriggeringResourceAddress)
	}
	return op.settled()
}
