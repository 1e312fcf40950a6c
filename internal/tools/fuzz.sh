#!/usr/bin/env bash
# Runs every fuzz target of the module for the time that is given, such as 30s, as many at once as there are processors. A target
# is whatever `go test -list` finds, so a new one is in it by itself. What fails stays in the package's testdata/fuzz as a seed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export FUZZTIME=${1:?how long}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cache=$(go env GOCACHE)/fuzz
module=$(go list -m)

# A package is built once, not once a target.
targets=$work/targets
for package in $(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u); do
  binary=$work/${package//\//_}.test
  go test -c -fuzz=. -o "$binary" "$package"
  for target in $("$binary" -test.list '^Fuzz'); do
    printf '%s %s %s %s\n' "$binary" "$package" "$target" "$cache/$module/${package#./}/$target"
  done
done > "$targets"
[[ -s $targets ]] || { echo "no fuzz target was found" >&2; exit 1; }

run_target() {
  local binary=$1 package=$2 target=$3 cache=$4 output
  if output=$(cd "$package" && "$binary" -test.run='^$' -test.fuzz="^$target\$" -test.fuzztime="$FUZZTIME" \
    -test.fuzzminimizetime=20x -test.fuzzcachedir="$cache" -test.parallel=1 2>&1); then
    printf 'ok %s %s: %s\n' "$package" "$target" "$(grep -o 'execs: [0-9]*' <<< "$output" | tail -n 1)"
  elif [[ $output != *"Failing input"* && $output != *_test.go:* && $output == *"context deadline exceeded"* ]]; then
    # The time was over in the middle of an input, which go test takes for a failure now and then.
    printf 'ok %s %s: the time was over\n' "$package" "$target"
  else
    printf 'FAILED %s %s\n%s\n' "$package" "$target" "$output"
    return 1
  fi
}
export -f run_target
xargs -P "$(getconf _NPROCESSORS_ONLN)" -L 1 bash -c 'run_target "$@"' _ < "$targets"
