#!/usr/bin/env bash
# Applies the plan that plan.sh has made and somebody has reviewed, and never another one. It refuses if the checked out files are not
# those that were planned. Terraform itself refuses if the state has changed since.
#
#   TARGET_BRANCH  if it is set, the checked out commit must contain everything that this branch has on origin. Set it where the apply
#                  comes before the merge.
#
# settings.sh lists what else can be set. The key comes from OCTOMIL_API_KEY; it can be another one than that of the plan.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=examples/ci/scripts/settings.sh
source "$here/settings.sh"

[[ -f $plan_file && -f $plan_dir/tree ]] || fail "there is no plan: it has expired or was not allowed. Run the plan again"
planned=$(<"$plan_dir/tree")
tree=$(git rev-parse 'HEAD^{tree}')
[[ $tree == "$planned" ]] || fail "the plan was made of the tree $planned, and this is $tree. Bring the branch up to date and plan again"
if [[ -n ${TARGET_BRANCH:-} ]]; then
  git fetch --quiet origin "$TARGET_BRANCH"
  git merge-base --is-ancestor FETCH_HEAD HEAD || fail "$TARGET_BRANCH has commits that were not planned. Bring the branch up to date and plan again"
fi

install_providers
"$terraform" apply -input=false -no-color -lock-timeout=5m "$plan_file"
rm -f "$plan_file"
