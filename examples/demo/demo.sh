#!/usr/bin/env bash
# Deploys a model version to a simulated fleet, rolls it back with one line of HCL, and shows drift.
# Requires the built provider: run `make demo`. Uses only loopback and a temporary folder.
# With KEEP=1 the sandbox and the configuration stay until Ctrl-C. Exits with 1 if a step does not have the expected result.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
provider=$root/.bin/terraform-provider-octomil
model=phi-4-mini

if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' off=$'\e[0m'
else
  bold='' dim='' green='' red='' off=''
fi

heading() { printf '\n%s== %s%s\n' "$bold" "$1" "$off"; }
passed() { printf '%s✓ %s%s\n' "$green" "$1" "$off"; }
fail() {
  printf '%s✗ %s%s\n' "$red" "$1" "$off" >&2
  exit 1
}

[[ -x $provider ]] || fail "$provider does not exist. Run \`make demo\` to build it."
cli=$("$root/internal/tools/cli.sh")
cli_name=$(basename "$cli")

scratch=$(mktemp -d)
sandbox='' watcher=''
stop() {
  local pid
  for pid in $watcher $sandbox; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- the sandbox -------------------------------------------------------------------------------

start_sandbox() {
  : >"$scratch/sandbox.log" # must exist before the loop below reads it
  "$provider" sandbox --listen 127.0.0.1:0 --sync-interval 3s >"$scratch/sandbox.log" 2>&1 &
  sandbox=$!
  local i
  for ((i = 0; i < 100; i++)); do
    url=$(sed -n 's|^sandbox: ready on \(http://[0-9.:]*\).*|\1|p' "$scratch/sandbox.log")
    [[ -z $url ]] || return 0
    kill -0 "$sandbox" 2>/dev/null || break
    sleep 0.1
  done
  cat "$scratch/sandbox.log" >&2
  fail "The sandbox did not start."
}

# http METHOD PATH [BODY] prints the body of the response, and fails if the status is not 2xx.
http() {
  local method=$1 path=$2 body=${3:-}
  if command -v curl >/dev/null; then
    curl -sS --fail-with-body --max-time 5 --noproxy '*' -X "$method" "$url$path" \
      -H "Authorization: Bearer $OCTOMIL_API_KEY" -H 'Content-Type: application/json' ${body:+-d "$body"}
    return
  fi
  local address=${url#http://} answer
  exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
  printf '%s %s HTTP/1.0\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
    "$method" "$path" "$address" "$OCTOMIL_API_KEY" "${#body}" "$body" >&3
  answer=$(cat <&3)
  exec 3>&-
  printf '%s\n' "${answer#*$'\r\n\r\n'}"
  [[ $answer == HTTP/1.?' '2* ]]
}

# count NAME prints the number of devices under NAME in the fleet's state: a version, or total.
count() {
  local number
  number=$(http GET "/sandbox/fleet?model=$model" | tr -d ' \n' | sed -n "s/.*\"$1\":\([0-9][0-9]*\).*/\1/p")
  echo "${number:-0}"
}

bar() {
  local version=$1 reached=$2 width=24 full i out=''
  full=$((reached * width / total))
  for ((i = 0; i < width; i++)); do
    if ((i < full)); then out+=█; else out+=░; fi
  done
  printf '%s  %s %s %d/%d%s\n' "$dim" "$version" "$out" "$reached" "$total" "$off"
}

# watch VERSION draws a bar whenever the number of devices that run the version changes.
watch() {
  local last='' reached
  while true; do
    reached=$(count "$1")
    if [[ $reached != "$last" ]]; then
      bar "$1" "$reached"
      last=$reached
    fi
    sleep 0.3
  done
}

# --- the command-line tool ---------------------------------------------------------------------

shopt -s extglob
color=$'\e\\[*([0-9;])m' # a pattern that matches a color code

# leave_out_overrides drops one box of text, the warning about development overrides that every command prints. The tool draws
# boxes only in color, so it always writes in color. Where no color is wanted, this removes it.
leave_out_overrides() {
  local line box=''
  while IFS= read -r line || [[ -n $line ]]; do
    [[ -n $off ]] || line=${line//$color/}
    case $line in
      *╷*) box=$line ;;
      *╵*)
        [[ $box == *'development overrides'* ]] || printf '%s\n%s\n' "$box" "$line"
        box=''
        ;;
      *) if [[ -n $box ]]; then box+=$'\n'$line; else printf '%s\n' "$line"; fi ;;
    esac
  done
}

# run ARG… prints the command, runs it, and stores its output without colors in out and its exit code in code.
run() {
  printf '%s$ %s %s%s\n' "$bold" "$cli_name" "$*" "$off"
  code=0
  (cd "$scratch/config" && "$cli" "$@" 2>&1) | leave_out_overrides | tee "$scratch/out" || code=${PIPESTATUS[0]}
  out=$(cat "$scratch/out")
  out=${out//$color/}
}

# run_watched VERSION ARG… is run, with a bar that shows the progress of the version.
run_watched() {
  local version=$1
  shift
  watch "$version" &
  watcher=$!
  run "$@"
  kill "$watcher" 2>/dev/null || true
  wait "$watcher" 2>/dev/null || true
  watcher=''
}

expect_everywhere() {
  local reached
  reached=$(count "$1")
  bar "$1" "$reached"
  ((reached == total)) || fail "Only $reached of $total devices run $1."
  passed "all $total devices run $1"
}

# --- the demo ----------------------------------------------------------------------------------

began=$SECONDS
mkdir "$scratch/config"
cp "$here/main.tf" "$scratch/config/main.tf"
cat >"$scratch/cli.tfrc" <<EOF
provider_installation {
  dev_overrides {
    "registry.terraform.io/octomil/octomil" = "$root/.bin"
    "registry.opentofu.org/octomil/octomil" = "$root/.bin"
  }
  direct {}
}
EOF
export TF_CLI_CONFIG_FILE=$scratch/cli.tfrc CHECKPOINT_DISABLE=1 TF_INPUT=0 TF_IN_AUTOMATION=1
unset TF_WORKSPACE TF_DATA_DIR TF_LOG TF_CLI_ARGS

heading "A control plane with a simulated fleet"
export OCTOMIL_API_KEY=sandbox OCTOMIL_ORG_ID=demo
start_sandbox
export OCTOMIL_API_URL=$url
grep -m1 '^sandbox: ready' "$scratch/sandbox.log"
printf 'Watch the fleet in a browser: %s%s/%s\n' "$bold" "$url" "$off"
total=$(count total)
((total > 0)) || fail "The fleet of $model has no devices."
expect_everywhere 1.0.0

heading "Deploy version 2.0.0"
sed -n '/^resource/,/^}/p' "$scratch/config/main.tf"
echo
run_watched 2.0.0 apply -auto-approve
((code == 0)) || fail "The apply failed with exit code $code."
expect_everywhere 2.0.0

heading "2.0.0 is bad: pin the older version"
cp "$scratch/config/main.tf" "$scratch/before.tf"
sed 's/"2\.0\.0"/"1.0.0"/' "$scratch/before.tf" >"$scratch/config/main.tf"
changed=0
diff -U1 -L main.tf -L main.tf "$scratch/before.tf" "$scratch/config/main.tf" || changed=$?
((changed == 1)) || fail "main.tf was not changed."

heading "The plan shows a rollback"
run plan
((code == 0)) || fail "The plan failed with exit code $code."
[[ $out == *'"rollback"'* ]] || fail "The plan does not show a rollback."
passed "the plan shows a rollback"

heading "Roll back"
run_watched 1.0.0 apply -auto-approve
((code == 0)) || fail "The apply failed with exit code $code."
expect_everywhere 1.0.0

heading "Read what the fleet runs with a data source"
run output -raw fleet
[[ ${out##*$'\n'} == "$total/$total (100%)" ]] || fail "Expected $total/$total (100%), got ${out##*$'\n'}."
passed "the data source reports $total/$total devices"

heading "Deploy 2.0.0 outside of Terraform"
body='{"version":"2.0.0","rollout_percentage":100,"target_percentage":100,"increment_step":100,"start_immediately":true}'
printf '%s$ curl -X POST %s/api/v1/models/%s/rollouts -d '\''%s'\''%s\n' "$bold" "$url" "$model" "$body" "$off"
http POST "/api/v1/models/$model/rollouts" "$body" || fail "The sandbox refused the rollout."
echo

heading "The next plan shows the drift"
run plan -detailed-exitcode
((code == 2)) || fail "Expected exit code 2 (changes), got $code."
[[ $out == *'"2.0.0" -> "1.0.0"'* ]] || fail "The plan does not show the drift from 2.0.0 to 1.0.0."
passed "exit code 2: the fleet does not run the pinned version"

printf '\n%sDone in %d seconds.%s\n' "$bold" $((SECONDS - began)) "$off"

# --- KEEP=1: go on from here --------------------------------------------------------------------

[[ ${KEEP:-0} != 0 ]] || exit 0
cat <<EOF

The sandbox goes on: $bold$url/$off
To use it from another terminal:

  cd $scratch/config
  export OCTOMIL_API_URL=$url OCTOMIL_API_KEY=$OCTOMIL_API_KEY OCTOMIL_ORG_ID=$OCTOMIL_ORG_ID
  export TF_CLI_CONFIG_FILE=$TF_CLI_CONFIG_FILE
  $cli apply

${bold}Press Ctrl-C to stop it$off and to delete the configuration, or run: kill $$
EOF
trap 'exit 0' INT TERM
wait "$sandbox" || fail "The sandbox has ended."
