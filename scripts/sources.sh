#!/usr/bin/env bash
# Prints the files of this repository that match, also those that git does not know yet: sources.sh PATTERN…
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
    [ ! -f "$file" ] || echo "$file"
done
