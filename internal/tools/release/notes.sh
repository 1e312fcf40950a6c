#!/usr/bin/env bash
# Prints the section of a release in CHANGELOG.md. Fails unless the tag that is given is the one of VERSION and has a section.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
tag=${1:?which tag}
version=$(cat VERSION)
[[ $tag == "v$version" ]] || { echo "The tag is $tag, and VERSION has $version." >&2; exit 1; }
notes=$(awk -v heading="## [$version]" 'index($0, heading) == 1 { on = 1; next } /^## / { on = 0 } on' CHANGELOG.md)
[[ -n ${notes//[[:space:]]/} ]] || { echo "CHANGELOG.md has no section for $version." >&2; exit 1; }
printf '%s\n' "$notes"
