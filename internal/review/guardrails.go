package review

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// looser reports whether a guard that goes from one value to another protects less. Null is no limit, or the default of the attribute.
type looser func(from, to value) bool

// maximum is a limit that must not rise.
func maximum(from, to value) bool {
	limit, limited := from.number()
	now, still := to.number()
	return limited && (!still || now > limit)
}

// minimum is a requirement that must not fall.
func minimum(from, to value) bool {
	least, required := from.number()
	now, still := to.number()
	return required && (!still || now < least)
}

// longest and shortest are maximum and minimum of durations.
func longest(from, to value) bool  { return maximum(seconds(from), seconds(to)) }
func shortest(from, to value) bool { return minimum(seconds(from), seconds(to)) }

func seconds(v value) value {
	d, err := time.ParseDuration(v.str())
	if err != nil {
		return value{}
	}
	return value{raw: d.Seconds()}
}

// mustStay is a protection that must not be turned off.
func mustStay(from, to value) bool { return from.isTrue() && !to.isTrue() }

// mustStayUnlessSet is a protection that is on by default.
func mustStayUnlessSet(from, to value) bool { return from.raw != false && to.raw == false }

// mustStayOff is a permission that must not be granted.
func mustStayOff(from, to value) bool { return !from.isTrue() && to.isTrue() }

// ranked is a choice; the words go from the strictest to the loosest. Null is the word otherwise. A word that is not known counts as
// the loosest.
func ranked(otherwise string, words ...string) looser {
	rank := func(v value) int {
		word := v.str()
		if word == "" {
			word = otherwise
		}
		if i := slices.Index(words, word); i >= 0 {
			return i
		}
		return len(words)
	}
	return func(from, to value) bool { return rank(to) > rank(from) }
}

// minimumVersions is the least version of each platform.
func minimumVersions(from, to value) bool {
	least, _ := from.raw.(map[string]any) // null is no limit
	now, _ := to.raw.(map[string]any)     // null is no limit
	for _, platform := range slices.Sorted(maps.Keys(least)) {
		if order, ok := control.CompareVersions(plainText(now[platform]), plainText(least[platform])); now[platform] == nil || ok && order < 0 ||
			!ok && now[platform] != least[platform] {
			return true
		}
	}
	return false
}

// fewerStages is the stages of a rollout, each of which is watched.
func fewerStages(from, to value) bool {
	stages, _ := from.raw.([]any) // null is no stage
	now, _ := to.raw.([]any)      // null is no stage
	return len(now) < len(stages)
}

// guard is an attribute that protects.
type guard struct {
	path  string
	loose looser
	// says what the looser value means.
	says string
	// whenNew is true if a new object is compared with the defaults. The settings of an organization exist before Terraform manages
	// them, so that there it is not known what they were.
	whenNew bool
}

// The resources that have rules of their own.
const (
	typeDeployment = typePrefix + "model_deployment"
	typePolicy     = typePrefix + "rollback_policy"
	typeSettings   = typePrefix + "org_settings"
	typeModel      = typePrefix + "model"
	typeVersion    = typePrefix + "model_version"
	typeGroup      = typePrefix + "device_group"
	typeMembers    = typePrefix + "device_group_members"
	typeKey        = typePrefix + "api_key"
	typeMember     = typePrefix + "org_member"
	typePreview    = typePrefix + "deployment_preview"
)

// The values of on_destroy.
const (
	onDestroyKeep     = "keep"
	onDestroyCancel   = "cancel"
	onDestroyRollback = "rollback"
	onDestroyDelete   = "delete"
)

// guards is the guards of each resource.
var guards = map[string][]guard{
	typeDeployment: {
		{"max_affected_devices", maximum, "more devices may get another version in one apply", true},
		{"on_rollback", ranked("block", "block", "accept", "redeploy"), "a version that was rolled back no longer fails the plan", true},
		{"supersede", mustStayOff, "a new version may cancel a rollout that others have started", true},
		{"on_destroy", ranked(onDestroyKeep, onDestroyKeep, onDestroyCancel, onDestroyRollback), "a destroy changes devices", true},
		{"wait_for", ranked("complete", "complete", "accepted"), "an apply no longer waits until the devices have the version", true},
		{"rollout.stages", fewerStages, "the rollout is watched at fewer stages", true},
	},
	typePolicy: {
		{"auto_rollback", mustStay, "a rollout that exceeds a threshold is no longer rolled back", false},
		{"error_threshold_percent", maximum, "more errors are tolerated", false},
		{"crash_threshold_percent", maximum, "more crashes are tolerated", false},
		{"latency_p95_max", longest, "a higher latency is tolerated", false},
		{"quality_gate.require_eval", mustStay, "a version no longer needs an evaluation", false},
		{"quality_gate.min_accuracy", minimum, "a version may be less accurate", false},
		{"quality_gate.max_quality_delta", maximum, "a version may lose more quality", false},
		{"rollout_limits.min_duration", shortest, "a rollout may advance faster", false},
		{"rollout_limits.max_step_percent", maximum, "a rollout may advance in larger steps", false},
		{"rollout_limits.require_approval", mustStay, "an advance no longer needs an approval", false},
		{"device_limits.min_os_version", minimumVersions, "older systems take part in a rollout", false},
		{"device_limits.min_memory_gb", minimum, "devices with less memory take part in a rollout", false},
	},
	typeSettings: {
		{"audit_retention_days", minimum, "the audit log is kept for a shorter time", false},
		{"require_mfa_for_admin", mustStay, "admins need no second factor", false},
		{"mfa_required", mustStay, "members need no second factor", false},
		{"require_admin_approval", mustStay, "an action of an admin needs no approval", false},
		{"require_model_approval", mustStay, "a version needs no approval", false},
		{"session_duration_hours", maximum, "sessions last longer", false},
		{"reauth_interval_minutes", maximum, "members authenticate less often", false},
		{"hipaa_mode", mustStay, "the rules of HIPAA no longer apply", false},
	},
	typeModel: {
		{"deletion_protection", mustStayUnlessSet, "Terraform may delete the model", true},
	},
	typeVersion: {
		{"on_destroy", ranked(onDestroyDelete, onDestroyKeep, onDestroyDelete), "a destroy deletes the version", true},
	},
}

// isProtection reports whether a guard is a switch that protects while it is on.
func (g guard) isProtection() bool { return g.loose(value{raw: true}, value{raw: false}) }

// loosened finds the guards of an object that protect less than before.
func loosened(address, typeName string, from, to value, created bool) []Finding {
	var findings []Finding
	for _, g := range guards[typeName] {
		path := strings.Split(g.path, ".")
		was, now := from.at(path...), to.at(path...)
		f := Finding{Kind: kindLoosened, Address: address, Attribute: g.path, Before: was.text(), After: now.text(), Text: g.says}
		switch {
		case created && !g.whenNew:
			if now.raw != false || !g.isProtection() {
				continue
			}
			f.Before, f.Text = "", g.says+"; the plan does not show what it was before"
		case now.hasUnknown():
			f.Kind, f.Text = kindUnknown, "may be loosened: the new value is not known before the apply"
		case !g.loose(was, now):
			continue
		}
		if created {
			f.Before = ""
		}
		findings = append(findings, f)
	}
	return findings
}
