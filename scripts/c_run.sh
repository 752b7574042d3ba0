#!/usr/bin/env bash
# Compiles a C program against the installed library, and runs it: c_run.sh PREFIX FILE ARGUMENT…
set -euo pipefail
prefix=$1 file=$2
shift 2
program=$(mktemp)
trap 'rm -f "$program"' EXIT
"$(dirname "$0")/c_build.sh" "$prefix" "$program" "$file" >&2
"$program" "$@"
