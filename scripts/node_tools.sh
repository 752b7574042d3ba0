#!/usr/bin/env bash
# Installs the compiler, the formatter and the linter of TypeScript, in the versions that the package's devDependencies
# name, and prints their folder.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=${CARGO_TARGET_DIR:-target}/node/tools
mkdir -p "$tools"
tools=$(cd "$tools" && pwd)
wanted=$(node -p 'const d = require("./bindings-node/package.json").devDependencies; ["typescript", "@types/node", "prettier", "@biomejs/biome"].map((n) => `${n}@${d[n]}`).join(" ")')
if [ "$(cat "$tools/wanted" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$tools"
    mkdir -p "$tools"
    echo '{"private":true}' >"$tools/package.json"
    # shellcheck disable=SC2086 # several packages
    npm install --prefix "$tools" --no-package-lock --no-audit --no-fund --loglevel=error $wanted >&2
    echo "$wanted" >"$tools/wanted"
fi
echo "$tools"
