#!/usr/bin/env bash
# Checks the policies on the plan that plan.sh has made. If the plan violates one, the script adds the violations to review.md, removes
# the plan file, so that nothing can apply it, and ends with 3.
#
#   LABELS         the labels of the pull request, separated by commas
#   MAX_DEVICES    how many devices a plan may change without the label large-operation, 100 if it is not set
#   POLICY_ENGINE  "jq" for policy.jq, which is the default, or "opa" for policy.rego
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=examples/ci/scripts/settings.sh
source "$here/settings.sh"

input=$plan_dir/policy-input.json
jq -n --slurpfile plan "$plan_dir/plan.json" --slurpfile review "$plan_dir/review.json" \
  --arg labels "${LABELS:-}" --argjson max "${MAX_DEVICES:-100}" \
  '{plan: $plan[0], review: $review[0], labels: ($labels | split(",")), max_devices: $max}' >"$input"

case ${POLICY_ENGINE:-jq} in
  jq) violations=$(jq -c -f "$here/policy.jq" "$input") ;;
  opa) violations=$(opa eval --fail --format raw --data "$here/policy.rego" --input "$input" data.octomil.plan.deny) ;;
  *) fail "POLICY_ENGINE must be jq or opa" ;;
esac
rm -f "$input"
count=$(jq -e 'arrays | length' <<<"$violations") || fail "the policies gave no answer"
if ((count == 0)); then
  echo 'The plan violates no policy.'
  exit 0
fi

rm -f "$plan_file"
{
  printf '\n**Not allowed by the policies:**\n\n~~~~\n'
  jq -r '.[]' <<<"$violations"
  printf '~~~~\n'
} | tee -a "$plan_dir/review.md"
exit 3
