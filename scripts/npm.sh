#!/usr/bin/env bash
# Packs what npm users get, into target/npm: npm.sh [RUST-TARGET]
#
# Without a target: the package, and the platform package of this machine. With one, such as aarch64-unknown-linux-gnu:
# that platform's package alone, by @napi-rs/cli; the target and its linker have to be installed.
# A release publishes the platform packages first and `reqtrail` last: it names them in its optional dependencies.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target/npm"
home=$(cd "$target" && pwd)/npm

if [ $# -eq 0 ]; then
    env=$(PROFILE=release scripts/node_env.sh)
    cp "$env"/tarballs/*.tgz "$home"
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cli=$(node -p 'require("./bindings-node/package.json").devDependencies["@napi-rs/cli"]')
    npx --yes --package "@napi-rs/cli@$cli" -- napi build --cwd bindings-node --platform --release --strip --no-js --target "$1" --output-dir "$work"
    binary=$(find "$work" -name 'reqtrail.*.node')
    platform=$(basename "$binary" .node)
    platform=${platform#reqtrail.}
    cp -r "bindings-node/npm/$platform" "$work/package"
    cp LICENSE-APACHE LICENSE-MIT "$binary" "$work/package"
    npm pack --silent --pack-destination "$home" "$work/package"
fi
ls -l "$home"
