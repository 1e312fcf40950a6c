# The policies of a plan for jq: prints a list of violations, which is empty if there is none. policy.rego has the same for OPA.
#
# The input is what policy.sh makes: plan (`terraform show -json`), review (`terraform-provider-octomil review -format json`), labels of
# the pull request, and max_devices. What the plan does not know counts as a violation.

# Whether a mask of unknown values has any.
def is_unknown: any(..; . == true);

# Whether an update may change an attribute.
def may_change($change; $path): ($change.before | getpath($path)) != ($change.after | getpath($path)) or
  ($change.after_unknown | getpath($path[:1]) | is_unknown);

# An operation of these kinds gives no device another version.
def harmless: . == "adopt" or . == "none" or . == "pause";

def modules: ., (.child_modules[]? | modules);

# The octomil_deployment_preview of what a deployment plans: the same model, group, version and percentage. Two that differ count as none.
def preview($plan; $change):
  $change.after as $to
  | [ $plan.prior_state.values.root_module // {} | modules | .resources[]?
      | select(.mode == "data" and .type == "octomil_deployment_preview") | .values
      | select((.version | type == "string") and .version == $to.version and .group == $to.group)
      | select(($to.model | type == "string") and (.model == $to.model or .model_id == $to.model))
      | select(.operation == "rollback" or (.percentage // 100) == ($to.rollout.percentage // 100))
      | select(.operation | type == "string") | {operation, devices} ]
  | if unique | length != 1 then null
    elif any("model", "group", "version", "rollout"; . as $name | $change.after_unknown[$name] | is_unknown) then null
    else .[0] end;

# What a change of a deployment does to devices: {address, kind, devices}, with null for a number that is not known.
def operations($plan):
  .address as $address | .change as $change | $change.after as $to
  | ( select($change.actions | index("delete")) | $change.before
      | if .on_destroy == "rollback" then {kind: "rollback"}
        elif .on_destroy == "cancel" and .group == null and (.status | . == null or . == "" or . == "pending" or . == "active" or . == "paused")
        then {kind: "cancel"} else empty end
    ),
    ( select($change.actions | index("create")) | preview($plan; $change)
      | if . == null then {kind: "deploy"}
        else {kind: .operation, devices: (if .operation | harmless then 0 else .devices end)} end
    ),
    ( select($change.actions | index("update"))
      | select(any(["version"], ["paused"], ["status"], ["rollout_id"], ["percentage"], ["active_version"], ["rollout", "percentage"],
          ["last_operation"]; may_change($change; .) and (. != ["last_operation"] or $to.last_operation != null
          or ($change.after_unknown.last_operation | is_unknown))))
      | ($to.last_operation.kind | strings // "unknown") as $kind | preview($plan; $change) as $preview
      | {kind: $kind, devices: (
          if $kind | harmless then 0
          elif $to.last_operation.devices != null then $to.last_operation.devices
          elif $preview.operation == $kind then $preview.devices else null end)}
    )
  | {address: $address, kind, devices: (.devices | if type == "number" then . else null end)};

def has_label($name): any(.labels | arrays | .[]; . == $name);

def deployments: [(.resource_changes // [])[] | select(.mode == "managed" and .type == "octomil_model_deployment" and .change != null)];

# What the apply does not decide before it runs: changes that are deferred, and actions.
def later:
  ((.deferred_changes // [])[].resource_change | select(.type == "octomil_model_deployment") | {address, kind: "deferred", devices: null}),
  ((.action_invocations // [])[] | {address, kind: (.type | tostring), devices: null}
    | select(.kind == "null" or (.kind | startswith("octomil_") and . != "octomil_rollout_pause" and (endswith("_integration_test") | not))) | .kind |= ltrimstr("octomil_"));

# A plan that changes more devices than max_devices, or an unknown number, needs a label.
def too_many_devices:
  .plan as $plan | .max_devices as $max
  | [$plan | (deployments[] | operations($plan)), later]
  | map(.devices // 0) as $devices | ($devices | add // 0) as $sum
  | (map("\(.address) (\(.kind), \(.devices // "unknown"))") | sort | join(", ")) as $list
  | if any(.[]; .devices == null)
    then "The plan gives an unknown number of devices another version, which needs the label large-operation: \($list)"
    elif $sum > $max
    then "The plan gives \($sum) devices another version, and more than \($max) need the label large-operation: \($list)"
    else empty end;

# A deployment has max_affected_devices.
def no_limit:
  .plan | (deployments[], ((.deferred_changes // [])[].resource_change | select(.type == "octomil_model_deployment")))
  | select(.change.after != null)
  | if .change.after_unknown.max_affected_devices | is_unknown then "\(.address): max_affected_devices is not known before the apply"
    elif .change.after.max_affected_devices | type != "number" then "\(.address): max_affected_devices is not set"
    else empty end;

# A guardrail is not loosened without a label. `review` knows which attributes are guardrails.
def loosened:
  .review.findings[] | select(.kind == "loosened" or (.kind == "unknown" and .attribute != null))
  | "\([.address, .attribute // empty, .text] | map(tostring) | join(": ")), which needs the label loosened-guardrails";

def invalid:
  if .plan.format_version | type != "string" then "The input has no plan of `terraform show -json`"
  elif .plan.errored == true then "The plan failed"
  elif .review.findings | type != "array" then "The input has no review of `terraform-provider-octomil review -format json`"
  elif .max_devices | type != "number" then "max_devices is not a number"
  else empty end;

. as $input
| [invalid] as $invalid
| if $invalid != [] then $invalid
  else [$input | no_limit,
    (if has_label("large-operation") then empty else too_many_devices end),
    (if has_label("loosened-guardrails") then empty else loosened end)] | unique
  end
