#!/usr/bin/env bash
# Packs the Node package and its platform package, installs the tarballs alone into an empty folder, and prints that folder.
#
# PROFILE=dev|release (dev), NO_BUILD=1 for a native part that is built already, and as arguments the packages that are
# wanted beside it: node_env.sh [PACKAGE…]. What was built from the same sources is used again.
set -euo pipefail
cd "$(dirname "$0")/.."
profile=${PROFILE:-dev}
target=${CARGO_TARGET_DIR:-target}
home=$target/node
mkdir -p "$home"
home=$(cd "$home" && pwd)

sources=$(git ls-files --cached --others --exclude-standard Cargo.toml Cargo.lock .cargo LICENSE-* cli core bindings-node | grep -v '^cli/tests/\|^core/tests/\|^bindings-node/test/' | LC_ALL=C sort)
key=$({
    echo "$profile $(node --version) $(npm --version) $*"
    while read -r file; do [ ! -f "$file" ] || sha256sum "$file"; done <<<"$sources"
} | sha256sum | cut -c1-16)
env=$home/env-$key
if [ -f "$env/ready" ]; then
    echo "$env"
    exit 0
fi

{
    tools=$(scripts/node_tools.sh)
    out=$target/debug flags=()
    if [ "$profile" = release ]; then out=$target/release flags=(--release); fi
    [ "$profile${NO_BUILD:-}" = dev1 ] || cargo build --quiet --package reqtrail-node --locked "${flags[@]}"

    rm -rf "$env"
    mkdir -p "$env/pack/reqtrail" "$env/tarballs"
    cp -r bindings-node/package.json bindings-node/README.md bindings-node/bin LICENSE-APACHE LICENSE-MIT "$env/pack/reqtrail"
    "$tools/node_modules/.bin/tsc" -p bindings-node --outDir "$env/pack/reqtrail/lib" --typeRoots "$tools/node_modules/@types"

    platform=$(node -p 'process.platform + "-" + process.arch + (process.platform === "linux" ? (process.report.getReport().header.glibcVersionRuntime ? "-gnu" : "-musl") : process.platform === "win32" ? "-msvc" : "")')
    cp -r "bindings-node/npm/$platform" "$env/pack/platform"
    cp LICENSE-APACHE LICENSE-MIT "$env/pack/platform"
    library=$(find "$out" -maxdepth 1 \( -name 'libreqtrail_node.so' -o -name 'libreqtrail_node.dylib' -o -name 'reqtrail_node.dll' \) | head -1)
    binary=$env/pack/platform/reqtrail.$platform.node
    cp "$library" "$binary"
    # Users get no symbols either.
    ! command -v strip >/dev/null || strip --strip-unneeded "$binary" 2>/dev/null || strip -x "$binary"
    npm pack --silent --pack-destination "$env/tarballs" "$env/pack/platform" "$env/pack/reqtrail"

    # Not from a registry: the platform package is the one beside it.
    echo '{"private":true}' >"$env/package.json"
    npm install --prefix "$env" --no-package-lock --no-audit --no-fund --loglevel=error --offline --omit=optional "$env"/tarballs/*.tgz
    [ $# -eq 0 ] || npm install --prefix "$env" --no-package-lock --no-audit --no-fund --loglevel=error --omit=optional --no-save "$@"
    # Environments of older sources are of no use any more; the one before may still be running somewhere.
    find "$home" -maxdepth 1 -name 'env-*' -mmin +1440 -exec rm -rf {} +
    touch "$env/ready"
} >&2
echo "$env"
