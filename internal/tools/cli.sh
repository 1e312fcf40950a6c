#!/usr/bin/env bash
# Prints the path of the Terraform (or OpenTofu) executable that targets and scripts run.
# TERRAFORM is the path of another one. Where the machine has neither, it installs a Terraform into .bin.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
version=${TERRAFORM_VERSION:-1.14.0}

for candidate in ${TERRAFORM:-} terraform tofu "$root/.bin/terraform"; do
  if found=$(command -v "$candidate"); then
    echo "$found"
    exit 0
  fi
done

echo "No terraform and no tofu on PATH: installing Terraform $version into .bin" >&2
mkdir -p "$root/.bin"
go -C "$root/internal/tools" build -o "$root/.bin/" github.com/hashicorp/hc-install/cmd/hc-install >&2
if ! "$root/.bin/hc-install" install -version "$version" -path "$root/.bin" terraform >&2; then
  echo "Could not download Terraform $version: install terraform or tofu yourself, put it on PATH and run this again." >&2
  exit 1
fi
echo "$root/.bin/terraform"
