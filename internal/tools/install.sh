#!/usr/bin/env bash
# Builds the provider and installs it into Go's bin folder, for its commands, and into the folder in which `terraform init` and `tofu init`
# look for a provider before they ask a registry. `install.sh -remove` removes both.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

name=terraform-provider-octomil
version=$(cat VERSION)
os=$(go env GOOS)
suffix=$(go env GOEXE)
gopath=$(go env GOPATH)
bin=$(go env GOBIN)
bin=${bin:-${gopath%%:*}/bin}

# The folder for the plugins of a user. OpenTofu reads Terraform's; both read it unless their settings have a block
# provider_installation.
case $os in
  darwin) plugins="$HOME/Library/Application Support/io.terraform/plugins" ;;
  windows) plugins=$APPDATA/HashiCorp/Terraform/plugins ;;
  *) plugins=${XDG_DATA_HOME:-$HOME/.local/share}/terraform/plugins ;;
esac

folders=()
for host in registry.terraform.io registry.opentofu.org; do
  folders+=("$plugins/$host/octomil/octomil/$version")
done

if [[ ${1:-} == -remove ]]; then
  rm -rf "${folders[@]}"
  rm -f "$bin/$name$suffix"
  echo "removed $version from $bin and $plugins"
  exit 0
fi

CGO_ENABLED=0 go install -trimpath -ldflags "-X main.version=$version-dev" .
for folder in "${folders[@]}"; do
  package=$folder/${os}_$(go env GOARCH)
  mkdir -p "$package"
  # Moved into place, because a running provider cannot be overwritten.
  cp "$bin/$name$suffix" "$package/.new"
  mv -f "$package/.new" "$package/${name}_v$version$suffix"
done
printf '%s\n' "installed $version into" "  $bin" "  $plugins"

for settings in "${TF_CLI_CONFIG_FILE:-}" "$HOME/.terraformrc" "$HOME/.tofurc"; do
  if [[ -f $settings ]] && grep -q provider_installation "$settings"; then
    echo "$settings says where providers come from. Add to it: filesystem_mirror { path = \"$plugins\" }"
  fi
done
case :$PATH: in
  *:"$bin":*) ;;
  *) echo "$bin is not on the PATH" ;;
esac
