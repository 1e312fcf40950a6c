#!/usr/bin/env bash
# Atlantis on GitHub: prints the labels of the pull request, separated by commas.
#
#   BASE_REPO_OWNER, BASE_REPO_NAME, PULL_NUM  set by Atlantis
#   ATLANTIS_GH_TOKEN                          the token of the server
#   GITHUB_API_URL                             https://api.github.com if it is not set
set -euo pipefail

# The token is passed in a file, because everybody on the machine can read the arguments of a process.
curl --fail --silent --show-error --config <(printf 'header = "Authorization: Bearer %s"\n' "$ATLANTIS_GH_TOKEN") \
  "${GITHUB_API_URL:-https://api.github.com}/repos/$BASE_REPO_OWNER/$BASE_REPO_NAME/issues/$PULL_NUM/labels?per_page=100" |
  jq -r 'map(.name) | join(",")'
