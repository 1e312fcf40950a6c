#!/usr/bin/env bash
# GitHub: prints the ID of the workflow run that has made the plan of the pull request which was merged as GITHUB_SHA. It fails if
# there is no such pull request, or if its last plan failed or was not allowed.
#
#   GITHUB_REPOSITORY, GITHUB_SHA  set by GitHub Actions
#   GH_TOKEN                       may read pull requests and actions
#   PLAN_WORKFLOW                  the file name of the workflow, "plan.yml" if it is not set
set -euo pipefail

fail() {
  echo "reviewed-run: $*" >&2
  exit 1
}

# The pull request must be one of this repository: a fork could have uploaded any plan.
head=$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" --jq "
  map(select(.merged_at != null and .merge_commit_sha == \"$GITHUB_SHA\" and .head.repo.full_name == \"$GITHUB_REPOSITORY\"))
  | if length == 1 then .[0].head.sha else empty end")
[[ -n $head ]] || fail "no pull request of this repository was merged as $GITHUB_SHA, so no plan was reviewed"

workflow=${PLAN_WORKFLOW:-plan.yml}
# The newest run comes first. An older one that succeeded does not count: a label may have been removed since.
read -r run conclusion < <(gh api "repos/$GITHUB_REPOSITORY/actions/workflows/$workflow/runs?event=pull_request&head_sha=$head&per_page=1" \
  --jq '.workflow_runs[0] // empty | "\(.id) \(.conclusion)"') || fail "$workflow has not run for $head"
[[ $conclusion == success ]] || fail "the last run of $workflow for $head ended with $conclusion"
echo "$run"
