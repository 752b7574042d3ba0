#!/usr/bin/env bash
# The tests of the Node package, against its packed tarballs in a separate folder: test-node.sh [TEST-FILE…]
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
env=$(scripts/node_env.sh fastify@5.12.8 pino@10.4.0)
rm -rf "$env/test" "$env/examples"
cp -r bindings-node/test "$env/test"
# The tests that docs/testing.md shows.
cp docs/testing/testing.test.mjs "$env/test/testing-docs.test.mjs"
cp -r examples/node "$env/examples"
export REQTRAIL_SOURCE=$root/bindings-node REQTRAIL_TOOLS REQTRAIL_BUNDLERS
REQTRAIL_TOOLS=$(dirname "$env")/tools
# The bundlers and the test runners that programs use reqtrail with, once for all sources.
REQTRAIL_BUNDLERS=$(dirname "$env")/bundlers
wanted="esbuild@0.28.2 rollup@4.68.8 @rollup/plugin-commonjs@29.0.3 @rollup/plugin-node-resolve@16.0.3 webpack@5.112.2 jest@30.5.2 vitest@3.2.7"
if [ "$(cat "$REQTRAIL_BUNDLERS/wanted" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$REQTRAIL_BUNDLERS"
    mkdir -p "$REQTRAIL_BUNDLERS"
    echo '{"private":true}' >"$REQTRAIL_BUNDLERS/package.json"
    # shellcheck disable=SC2086 # several packages
    npm install --prefix "$REQTRAIL_BUNDLERS" --no-package-lock --no-audit --no-fund --loglevel=error $wanted >&2
    echo "$wanted" >"$REQTRAIL_BUNDLERS/wanted"
fi
files=()
for file in "${@:-}"; do [ -z "$file" ] || files+=("test/$(basename "$file")"); done
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(cd "$env" && ls test/*.test.mjs)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
# Not from the source folder: `reqtrail` must be the installed package.
(cd "$env" && node --test --test-reporter=spec "${files[@]}") 2>&1 | tee "$log" || status=$?
count() { grep -oE "^ℹ $1 [0-9]+" "$log" | tail -1 | grep -oE '[0-9]+' || echo 0; }
# As the other suites close.
echo "node-tests: $(count pass) passed, $(count fail) failed, $(count skipped) skipped"
exit "$status"
