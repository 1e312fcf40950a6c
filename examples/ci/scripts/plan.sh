#!/usr/bin/env bash
# Makes the plan of a change, and the review of that plan. It writes into PLAN_DIR:
#
#   tfplan                  the plan that apply.sh applies; it has sensitive values
#   tree                    the Git tree that was planned, which apply.sh compares
#   review.md, review.json  what `terraform-provider-octomil review` says; without sensitive values
#   plan.json               what policy.sh reads; it has sensitive values and is not to be kept
#
# settings.sh lists what can be set. The key comes from OCTOMIL_API_KEY.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=examples/ci/scripts/settings.sh
source "$here/settings.sh"

start_over
echo '**The plan failed.** The log of the job says why.' >"$plan_dir/review.md"
tree=$(git rev-parse 'HEAD^{tree}') || fail "this is not a Git repository with a commit"
install_providers

# A plan writes no state, and an apply refuses a plan of an older state, so there is nothing to lock.
if ! "$terraform" plan -input=false -no-color -lock=false -out="$plan_file"; then
  rm -f "$plan_file" # Terraform writes one also for a plan that failed
  fail "the plan failed"
fi
"$terraform" show -json "$plan_file" >"$plan_dir/plan.json"
octomil review -format json "$plan_dir/plan.json" >"$plan_dir/review.json"
octomil review "$plan_dir/plan.json" >"$plan_dir/review.passed"
mv "$plan_dir/review.passed" "$plan_dir/review.md"
echo "$tree" >"$plan_dir/tree"
cat "$plan_dir/review.md"
