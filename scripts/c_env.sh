#!/usr/bin/env bash
# Installs libreqtrail of the dev profile into a separate prefix, for tests and examples in C, and prints the prefix.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
missing=()
for tool in pkg-config cmake "$@"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ "${#missing[@]}" -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "missing: ${missing[*]}; on Debian 'apt-get install ${missing[*]}'" >&2
        exit 1
    fi
    { apt-get update -qq && apt-get install -y -qq "${missing[@]}"; } >&2
fi
# With NO_BUILD the prefix exists already, and another test may be using it.
if [ -z "${NO_BUILD:-}" ] || [ ! -d "$target/c/prefix" ]; then
    scripts/install-c.sh "$target/c/prefix" dev >&2
fi
echo "$target/c/prefix"
