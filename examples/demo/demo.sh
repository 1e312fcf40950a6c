#!/usr/bin/env bash
# Deploys a model version to a simulated fleet, rolls it back by one line of HCL, and shows drift.
# Needs the built provider: run `make demo`. Everything happens on loopback and in a scratch folder.
# Exits 1 when a step does not show what it promises.
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

[[ -x $provider ]] || fail "There is no $provider: run \`make demo\`, which builds it first."
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
  : >"$scratch/sandbox.log" # there before the sandbox has begun, for the loop below reads it
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

# http METHOD PATH [BODY] prints the body of the answer and fails on a status that is not 2xx.
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

# count NAME prints the number under that name in the fleet's state: a version, or total.
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

# watch VERSION draws a bar whenever the number of devices on that version changes.
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
colour=$'\e\\[*([0-9;])m' # a pattern: the code of a colour

# leave_out_overrides drops one box of text, the reminder of development overrides at every command. The tool draws boxes only
# in colour, so it always writes in colour, which is taken away here where none is wanted.
leave_out_overrides() {
  local line box=''
  while IFS= read -r line || [[ -n $line ]]; do
    [[ -n $off ]] || line=${line//$colour/}
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

# run ARG… shows the command, runs it, and leaves its output, without colours, in out and its exit code in code.
run() {
  printf '%s$ %s %s%s\n' "$bold" "$cli_name" "$*" "$off"
  code=0
  (cd "$scratch/config" && "$cli" "$@" 2>&1) | leave_out_overrides | tee "$scratch/out" || code=${PIPESTATUS[0]}
  out=$(cat "$scratch/out")
  out=${out//$colour/}
}

# run_watched VERSION ARG… is run with the bar of that version beside it.
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

# --- the story ---------------------------------------------------------------------------------

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
total=$(count total)
((total > 0)) || fail "The fleet of $model has no devices."
expect_everywhere 1.0.0

heading "Deploy version 2.0.0"
sed -n '/^resource/,/^}/p' "$scratch/config/main.tf"
echo
run_watched 2.0.0 apply -auto-approve
((code == 0)) || fail "The apply ended with $code."
expect_everywhere 2.0.0

heading "2.0.0 is bad: pin the older version, one line"
cp "$scratch/config/main.tf" "$scratch/before.tf"
sed 's/"2\.0\.0"/"1.0.0"/' "$scratch/before.tf" >"$scratch/config/main.tf"
changed=0
diff -U1 -L main.tf -L main.tf "$scratch/before.tf" "$scratch/config/main.tf" || changed=$?
((changed == 1)) || fail "The edit of main.tf did not change it."

heading "The plan says that this is a rollback"
run plan
((code == 0)) || fail "The plan ended with $code."
[[ $out == *'"rollback"'* ]] || fail "The plan does not say that this is a rollback."
passed "the plan says rollback"

heading "Roll back"
run_watched 1.0.0 apply -auto-approve
((code == 0)) || fail "The apply ended with $code."
expect_everywhere 1.0.0

heading "What the fleet runs, as a data source"
run output -raw fleet
[[ ${out##*$'\n'} == "$total/$total (100%)" ]] || fail "Expected $total/$total (100%)."
passed "the data source agrees"

heading "Somebody rolls 2.0.0 out by hand"
body='{"version":"2.0.0","rollout_percentage":100,"target_percentage":100,"increment_step":100,"start_immediately":true}'
printf '%s$ curl -X POST %s/api/v1/models/%s/rollouts -d '\''%s'\''%s\n' "$bold" "$url" "$model" "$body" "$off"
http POST "/api/v1/models/$model/rollouts" "$body" || fail "The sandbox refused the rollout."
echo

heading "The next plan finds it"
run plan -detailed-exitcode
((code == 2)) || fail "Expected exit code 2, a difference; got $code."
[[ $out == *'"2.0.0" -> "1.0.0"'* ]] || fail "The plan does not show the drift from 2.0.0 to 1.0.0."
passed "exit code 2: the fleet does not run what the code says"

printf '\n%sDone in %d seconds.%s\n' "$bold" $((SECONDS - began)) "$off"
