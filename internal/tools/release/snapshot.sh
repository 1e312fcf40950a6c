#!/usr/bin/env bash
# Makes a release that is not published, signs it with a key that is thrown away, verifies it as a user does, and deploys and rolls back with
# the provider from the zip, by every command line on PATH. PLATFORMS=all builds for every platform, else for this one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

name=terraform-provider-octomil
version=$(cat VERSION)
commit=$(git rev-parse HEAD)
os=$(go env GOHOSTOS)
arch=$(go env GOHOSTARCH)
model=phi-4-mini

fail() {
  echo "$*" >&2
  exit 1
}

for tool in gpg git unzip sha256sum; do
  command -v "$tool" >/dev/null || fail "$tool is not installed."
done
[[ -z $(git status --porcelain --untracked-files=no) ]] || fail "Commit first: a release is made of a commit."

# Without it, GoReleaser takes the folder for one without a commit.
git remote get-url origin >/dev/null 2>&1 || fail "The repository has no remote origin: work in a clone, or add one."

scratch=$(mktemp -d)
sandbox=''
stop() {
  [[ -z $sandbox ]] || kill "$sandbox" 2>/dev/null || true
  gpgconf --homedir "$scratch/gnupg" --kill all 2>/dev/null || true
  rm -rf "$scratch"
}
trap stop EXIT

echo "== build the tools"
for tool in github.com/goreleaser/goreleaser/v2 github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod; do
  go -C internal/tools/release build -o "$PWD/.bin/" "$tool"
done
export PATH=$PWD/.bin:$PATH

echo "== release $version of $commit"
export GNUPGHOME=$scratch/gnupg
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-generate-key "Snapshot <snapshot@example.invalid>" rsa2048 sign 1d
GPG_FINGERPRINT=$(gpg --list-keys --with-colons | awk -F: '$1 == "fpr" { print $10; exit }')
export GPG_FINGERPRINT
settings=$scratch/goreleaser.yml
cp .goreleaser.yml "$settings"
if [[ ${PLATFORMS:-} != all ]]; then
  sed -E "s/^( *)goos: \[.*/\1goos: [$os]/; s/^( *)goarch: \[.*/\1goarch: [\"$arch\"]/" .goreleaser.yml >"$settings"
fi
goreleaser release --snapshot --clean --config "$settings"

echo "== verify it, as RELEASING.md says"
cd dist
sums=${name}_${version}_SHA256SUMS
gpg --verify "$sums.sig" "$sums"
cp ../terraform-registry-manifest.json "${name}_${version}_manifest.json"
sha256sum --check --strict "$sums"
for file in "${name}_${version}_${os}_${arch}.zip" "${name}_${version}_manifest.json" "${name}_${version}_${os}_${arch}.cdx.json"; do
  grep -q "  $file\$" "$sums" || fail "$sums does not have $file."
done
cd ..

echo "== rebuild it from a clone, without a cache"
mirrors=$scratch/mirror
package=$mirrors/registry.terraform.io/octomil/octomil/$version/${os}_$arch
mkdir -p "$package"
unzip -q "dist/${name}_${version}_${os}_$arch.zip" -d "$package"
binary=$package/${name}_v$version
git clone --quiet --no-local . "$scratch/clone"
(
  cd "$scratch/clone"
  git checkout --quiet "$commit"
  export GOCACHE=$scratch/gocache GOFLAGS=
  CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w -X main.version=${version} -X main.commit=${commit}" -o "$scratch/rebuilt" .
)
cmp "$scratch/rebuilt" "$binary" || fail "The provider in the zip differs from one that is built anew."
"$binary" -version | tee "$scratch/version"
grep -q "^$name $version (commit $commit, " "$scratch/version" || fail "The provider does not know its version."

mkdir -p "$mirrors/registry.opentofu.org/octomil"
cp -r "$mirrors/registry.terraform.io/octomil/octomil" "$mirrors/registry.opentofu.org/octomil/"
cat >"$scratch/cli.tfrc" <<EOF
provider_installation {
  filesystem_mirror {
    path = "$mirrors"
  }
}
EOF
export TF_CLI_CONFIG_FILE=$scratch/cli.tfrc CHECKPOINT_DISABLE=1 TF_INPUT=0 TF_IN_AUTOMATION=1
unset TF_WORKSPACE TF_DATA_DIR TF_LOG TF_CLI_ARGS TF_PLUGIN_CACHE_DIR
export OCTOMIL_API_KEY=sandbox OCTOMIL_ORG_ID=demo

start_sandbox() {
  : >"$scratch/sandbox.log"
  "$binary" sandbox -listen 127.0.0.1:0 >"$scratch/sandbox.log" 2>&1 &
  sandbox=$!
  local i
  for ((i = 0; i < 100; i++)); do
    OCTOMIL_API_URL=$(sed -n 's|^sandbox: ready on \(http://[0-9.:]*\).*|\1|p' "$scratch/sandbox.log")
    export OCTOMIL_API_URL
    [[ -z $OCTOMIL_API_URL ]] || return 0
    sleep 0.1
  done
  cat "$scratch/sandbox.log" >&2
  fail "The sandbox did not start."
}

configuration() { # VERSION
  cat <<EOF
terraform {
  required_providers {
    octomil = {
      source  = "octomil/octomil"
      version = "$version"
    }
  }
}

resource "octomil_model_deployment" "phi" {
  model   = "$model"
  version = "$1"
}

data "octomil_rollout_status" "phi" {
  model      = octomil_model_deployment.phi.model
  depends_on = [octomil_model_deployment.phi]
}

output "fleet" {
  value = "\${data.octomil_rollout_status.phi.version}: \${data.octomil_rollout_status.phi.summary}"
}
EOF
}

tested=0
tried=' '
for candidate in ${TERRAFORM:-} terraform tofu; do
  cli=$(command -v "$candidate") || continue
  [[ $tried != *" $cli "* ]] || continue
  tried+="$cli "
  echo "== deploy and roll back with $("$cli" version | head -n 1)"
  start_sandbox
  folder=$scratch/$((++tested))
  mkdir "$folder"
  configuration 2.0.0 >"$folder/main.tf"
  "$cli" -chdir="$folder" init -no-color
  for pin in 2.0.0 1.0.0; do
    configuration "$pin" >"$folder/main.tf"
    "$cli" -chdir="$folder" apply -auto-approve -no-color
    fleet=$("$cli" -chdir="$folder" output -raw fleet)
    [[ $fleet == "$pin: 124/124 (100%)" ]] || fail "Expected 124/124 (100%) with $pin, got $fleet."
    echo "$fleet"
  done
  kill "$sandbox"
  wait "$sandbox" 2>/dev/null || true
  sandbox=''
done
((tested > 0)) || fail "Neither terraform nor tofu is on the PATH."
