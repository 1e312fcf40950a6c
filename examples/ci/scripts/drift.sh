#!/usr/bin/env bash
# Says whether something was changed outside of Terraform, and writes that to PLAN_DIR/drift.md. It changes nothing. The exit codes are
# those of `terraform-provider-octomil drift`: 0 nothing, 1 the plan failed, 2 drift, 3 a pinned version was rolled back, 4 only devices
# that joined a group.
#
#   DRIFT_ALLOW  exit codes, separated by spaces, that the script ends with 0 for
#
# settings.sh lists what else can be set. The key comes from OCTOMIL_API_KEY.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=examples/ci/scripts/settings.sh
source "$here/settings.sh"

start_over
echo 'The plan failed. The log of the job says why.' >"$plan_dir/drift.md"
log=$plan_dir/plan.txt
if ! install_providers >"$log" 2>&1; then
  cat "$log"
  fail "terraform init failed"
fi
# Terraform writes a plan file also for a plan that failed, and drift reads in it whether a version was rolled back.
"$terraform" plan -input=false -no-color -lock=false -out="$plan_file" >"$log" 2>&1 || true
if [[ ! -f $plan_file ]]; then
  cat "$log"
  fail "the plan failed"
fi
"$terraform" show -json "$plan_file" >"$plan_dir/plan.json"
code=0
octomil drift -format markdown "$plan_dir/plan.json" >"$plan_dir/drift.md" || code=$?
rm -f "$plan_file" "$plan_dir/plan.json" # nobody applies this plan, and it has sensitive values

cat "$plan_dir/drift.md"
((code == 0)) || cat "$log"
for allowed in ${DRIFT_ALLOW:-}; do
  [[ $code != "$allowed" ]] || code=0
done
exit "$code"
