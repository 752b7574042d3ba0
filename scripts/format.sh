#!/usr/bin/env bash
# Formats the sources of all languages, or names those that are not formatted: format.sh [--check]
set -uo pipefail
cd "$(dirname "$0")/.." || exit
python_tools=$(scripts/lint_env.sh) || exit 1
node_tools=$(scripts/node_tools.sh) || exit 1
go=$(scripts/go_env.sh) || exit 1
check=
[ "${1:-}" != --check ] || check=1

# Files of this repository, also those that git does not know yet.
mapfile -t go_files < <(scripts/sources.sh '*.go')
mapfile -t c_files < <(scripts/sources.sh '*.c' '*.h')
mapfile -t node_files < <(scripts/sources.sh '*.ts' '*.mts' '*.cts' '*.mjs')

for list in go_files c_files node_files; do
    declare -n files=$list
    [ ${#files[@]} -gt 0 ] || { echo "$list: no file of the repository is found; is this a checkout that git may read?" >&2; exit 1; }
done

status=0
# Runs a formatter with the arguments that make it check or write.
format() {
    local language=$1
    shift
    "$@" || { echo "$language: not formatted; 'make fmt' does it" >&2; status=1; }
}
gofmt_check() {
    local found
    found=$("$(dirname "$go")/gofmt" -l "$@") || return 1
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
}
if [ -n "$check" ]; then
    format Rust cargo fmt --all --check
    format Python "$python_tools/ruff" format --quiet --check .
    format TypeScript "$node_tools/node_modules/.bin/prettier" --log-level warn --check "${node_files[@]}"
    format Go gofmt_check "${go_files[@]}"
    format C "$python_tools/clang-format" --dry-run -Werror "${c_files[@]}"
else
    format Rust cargo fmt --all
    format Python "$python_tools/ruff" format --quiet .
    format TypeScript "$node_tools/node_modules/.bin/prettier" --log-level warn --write "${node_files[@]}"
    format Go "$(dirname "$go")/gofmt" -w "${go_files[@]}"
    format C "$python_tools/clang-format" -i "${c_files[@]}"
fi
exit $status
