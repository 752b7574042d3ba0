#!/usr/bin/env bash
# Checks comments, documents and texts for words that are not written here: prose.sh [PATH…]
# The words, and what to write instead, are in .vale/styles/Reqtrail/Words.yml.
set -euo pipefail
cd "$(dirname "$0")/.."
version=v3.21.0
go=$(scripts/go_env.sh)
home=$(mkdir -p "${CARGO_TARGET_DIR:-target}/lint" && cd "${CARGO_TARGET_DIR:-target}/lint" && pwd)
vale=$home/vale-$version-$("$go" env GOVERSION)
if [ ! -x "$vale/vale" ]; then
    # A minute or two on two cores, most of it for parsers in C, whose compiler's warnings are shown only if it fails.
    GOBIN=$vale GOTOOLCHAIN=auto CGO_ENABLED=1 "$go" install "github.com/vale-cli/vale/v3/cmd/vale@$version" 2>"$home/vale-build" ||
        { cat "$home/vale-build" >&2; exit 1; }
fi
# Every file except licences, data, what tests and tools write, and generated files, whose sources are read.
generated='^[^[:alnum:]]*(Code )?[Gg]enerated (by|from) '
mapfile -t files < <(scripts/sources.sh "${@:-.}" |
    grep -Ev '(^|/)(LICENSE-|Cargo\.lock$|go\.sum$|package-lock\.json$|api-snapshot|golden/|proptest-regressions/)' |
    grep -Ev '^(\.vale/|fuzz/seeds/|bench/results/|cli/(completions|man)/|schema/(surface|(trail|openstack)\.schema)\.json|bindings-c/(include|go)/reqtrail\.h)' |
    xargs -rd '\n' awk -v generated="$generated" '
        FNR == 1 { names[++count] = FILENAME }
        FNR <= 8 && $0 ~ generated && FILENAME !~ /\.j2$/ { skip[FILENAME] = 1 }
        END { for (i = 1; i <= count; i++) if (!(names[i] in skip)) print names[i] }')
# The list's own tests: a pattern that matches nothing would pass everywhere.
"$vale/vale" test .vale/styles/Reqtrail >"$home/vale-test" || { cat "$home/vale-test" >&2; exit 1; }
[ ${#files[@]} -eq 0 ] || "$vale/vale" --no-global --output=line "${files[@]}"
