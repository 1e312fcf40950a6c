# The policies of a plan for OPA: `data.octomil.plan.deny` is the set of violations. policy.jq has the same for jq.
#
# The input is what policy.sh makes: plan (`terraform show -json`), review (`terraform-provider-octomil review -format json`), labels of
# the pull request, and max_devices. What the plan does not know counts as a violation.
package octomil.plan

# What is not there is null. Without this, `not f(input.x)` is undefined, and not true, for an x that is missing.
get(value, path) := object.get(value, path, null) if {
	is_object(value)
} else := null

# A guardrail is not loosened without a label. `review` knows which attributes are guardrails.
deny contains message if {
	not invalid
	not "loosened-guardrails" in labels
	some finding in input.review.findings
	needs_label(finding)
	parts := [sprintf("%v", [get(finding, [name])]) | some name in ["address", "attribute", "text"]; present(finding, name)]
	message := sprintf("%s, which needs the label loosened-guardrails", [concat(": ", parts)])
}

# A deployment has max_affected_devices.
deny contains message if {
	not invalid
	some deployment in array.concat(deployments, deferred)
	is_object(deployment.change.after)
	message := no_limit(deployment)
}

# A plan that changes more devices than max_devices, or an unknown number, needs a label.
deny contains message if {
	not invalid
	not "large-operation" in labels
	some operation in operations
	not is_number(operation.devices)
	message := sprintf("The plan gives an unknown number of devices another version, which needs the label large-operation: %s", [listed])
}

deny contains message if {
	not invalid
	not "large-operation" in labels
	every operation in operations { is_number(operation.devices) }
	total := sum([operation.devices | some operation in operations])
	total > input.max_devices
	message := sprintf(
		"The plan gives %d devices another version, and more than %d need the label large-operation: %s",
		[total, input.max_devices, listed],
	)
}

deny contains invalid

default labels := []

labels := input.labels if is_array(input.labels)

invalid := "The input has no plan of `terraform show -json`" if {
	not is_string(get(input, ["plan", "format_version"]))
} else := "The plan failed" if {
	get(input, ["plan", "errored"]) == true
} else := "The input has no review of `terraform-provider-octomil review -format json`" if {
	not is_array(get(input, ["review", "findings"]))
} else := "max_devices is not a number" if {
	not is_number(get(input, ["max_devices"]))
}

present(_, name) if name != "attribute"

present(finding, "attribute") if not is_null(get(finding, ["attribute"]))

needs_label(finding) if finding.kind == "loosened"

needs_label(finding) if {
	finding.kind == "unknown"
	present(finding, "attribute")
}

no_limit(deployment) := sprintf("%s: max_affected_devices is not known before the apply", [get(deployment, ["address"])]) if {
	is_unknown(deployment.change, "max_affected_devices")
} else := sprintf("%s: max_affected_devices is not set", [get(deployment, ["address"])]) if {
	not is_number(get(deployment, ["change", "after", "max_affected_devices"]))
}

listed := concat(", ", sort([sprintf("%s (%s, %v)", [operation.address, operation.kind, operation.devices]) | some operation in operations]))

deployments := [change |
	some change in get(input.plan, ["resource_changes"])
	change.mode == "managed"
	change.type == "octomil_model_deployment"
	is_object(change.change)
]

deferred := [change |
	some element in get(input.plan, ["deferred_changes"])
	change := element.resource_change
	change.type == "octomil_model_deployment"
]

# What the plan does to devices. The number is "unknown" if it is not known.
operations := array.concat(
	[operation | some deployment in deployments; some operation in operations_of(deployment)],
	array.concat(
		[{"address": get(change, ["address"]), "kind": "deferred", "devices": "unknown"} | some change in deferred],
		[{"address": get(action, ["address"]), "kind": trim_prefix(type, "octomil_"), "devices": "unknown"} |
			some action in get(input.plan, ["action_invocations"])
			type := sprintf("%v", [get(action, ["type"])])
			not changes_no_device(type)
		],
	),
)

changes_no_device(action_type) if action_type in {"octomil_rollout_pause", "octomil_metrics_integration_test", "octomil_log_integration_test"}

changes_no_device(action_type) if {
	action_type != "null"
	not startswith(action_type, "octomil_")
}

operations_of(deployment) := array.concat(
	[{"address": get(deployment, ["address"]), "kind": kind, "devices": "unknown"} | kind := destroys_by(deployment.change)],
	array.concat(
		[{"address": get(deployment, ["address"]), "kind": operation.kind, "devices": operation.devices} | operation := created(deployment.change)],
		[{"address": get(deployment, ["address"]), "kind": kind, "devices": updated(deployment.change, kind)} |
			operates(deployment.change)
			kind := last_kind(deployment.change)
		],
	),
)

destroys_by(change) := "rollback" if {
	"delete" in change.actions
	change.before.on_destroy == "rollback"
} else := "cancel" if {
	"delete" in change.actions
	change.before.on_destroy == "cancel"
	is_null(get(change.before, ["group"]))
	get(change.before, ["status"]) in {null, "", "pending", "active", "paused"}
}

created(change) := {"kind": preview(change).operation, "devices": known(preview(change).operation, preview(change).devices)} if {
	"create" in change.actions
} else := {"kind": "deploy", "devices": "unknown"} if {
	"create" in change.actions
}

# Whether an update does anything but keep its settings. Two equal operations may follow each other, so that an equal last_operation
# alone says nothing.
operates(change) if {
	"update" in change.actions
	may_change(change, ["last_operation"])
	last_operation_is_known_null(change) == false
}

operates(change) if {
	"update" in change.actions
	some path in [["version"], ["paused"], ["status"], ["rollout_id"], ["percentage"], ["active_version"], ["rollout", "percentage"]]
	may_change(change, path)
}

last_operation_is_known_null(change) if {
	is_null(get(change, ["after", "last_operation"]))
	not is_unknown(change, "last_operation")
} else := false

may_change(change, path) if get(change, array.concat(["before"], path)) != get(change, array.concat(["after"], path))

may_change(change, path) if is_unknown(change, path[0])

is_unknown(change, name) if {
	walk(change.after_unknown[name], [_, value])
	value == true
}

last_kind(change) := change.after.last_operation.kind if {
	is_string(change.after.last_operation.kind)
} else := "unknown"

updated(change, kind) := 0 if {
	harmless(kind)
} else := devices if {
	devices := change.after.last_operation.devices
	is_number(devices)
} else := devices if {
	is_null(get(change, ["after", "last_operation", "devices"]))
	preview(change).operation == kind
	devices := preview(change).devices
	is_number(devices)
} else := "unknown"

known(kind, devices) := 0 if {
	harmless(kind)
} else := devices if {
	is_number(devices)
} else := "unknown"

# An operation of these kinds gives no device another version.
harmless(kind) if kind in {"adopt", "none", "pause"}

# The octomil_deployment_preview of what a deployment plans: the same model, group, version and percentage. Two that differ count as none.
preview(change) := the_preview if {
	every name in ["model", "group", "version", "rollout"] { not is_unknown(change, name) }
	found := {{"operation": values.operation, "devices": get(values, ["devices"])} |
		some resource in data_sources
		values := resource.values
		is_string(values.version)
		values.version == change.after.version
		is_string(change.after.model)
		change.after.model in {get(values, ["model"]), get(values, ["model_id"])}
		get(values, ["group"]) == get(change, ["after", "group"])
		same_percentage(values, change.after)
		is_string(values.operation)
	}
	count(found) == 1
	some the_preview in found
}

same_percentage(values, _) if values.operation == "rollback"

same_percentage(values, after) if percentage(values, ["percentage"]) == percentage(after, ["rollout", "percentage"])

percentage(value, path) := number if {
	number := get(value, path)
	is_number(number)
} else := 100

# Only modules and resources are followed: the values of a resource can look like anything.
data_sources := [resource |
	walk(input.plan.prior_state.values.root_module, [path, resource])
	count(path) % 2 == 0
	every i, step in path { is_module_step(i, step) }
	path[count(path) - 2] == "resources"
	resource.mode == "data"
	resource.type == "octomil_deployment_preview"
]

is_module_step(_, step) if step in {"child_modules", "resources"}

is_module_step(_, step) if is_number(step)
