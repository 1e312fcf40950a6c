# shellcheck shell=bash
# Sourced by the other scripts; it ends in the folder of the configuration. What can be set:
#
#   CONFIG_DIR  the folder of the configuration, "." if it is not set
#   PLAN_DIR    the folder that the plan and its review are written to, "plan" in CONFIG_DIR if it is not set
#   PLANFILE    the plan file, "tfplan" in PLAN_DIR if it is not set; Atlantis sets it
#   TERRAFORM   the command line, "terraform" if it is not set
set -euo pipefail
umask 077 # a plan file has sensitive values

terraform=${TERRAFORM:-terraform}
cd "${CONFIG_DIR:-.}"
plan_dir=${PLAN_DIR:-plan}
plan_file=${PLANFILE:-$plan_dir/tfplan}

# fail prints why a script ends, and ends it with 1.
fail() {
  printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2
  exit 1
}

# start_over removes what an earlier run has left, so that it is never taken for the result of this one.
start_over() {
  rm -rf "$plan_dir"
  rm -f "$plan_file"
  mkdir -p "$plan_dir"
}

# install_providers installs what the committed lock file names, and nothing else.
install_providers() {
  "$terraform" init -input=false -no-color -lockfile=readonly
}

# octomil runs a command of the provider that is installed for the configuration. It needs no key.
octomil() {
  local provider
  provider=$(find -L .terraform/providers -type f -name 'terraform-provider-octomil*' -print -quit)
  [[ -n $provider ]] || fail "the configuration has no provider octomil/octomil"
  "$provider" "$@"
}
