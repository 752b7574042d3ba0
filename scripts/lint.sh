#!/usr/bin/env bash
# The linters of all languages but Rust, whose own are in the Makefile: lint.sh [--fix] [python|node|go|shell|workflows|spelling|prose]…
# With --fix, those that can repair what they find do so.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
fix=
if [ "${1:-}" = --fix ]; then
    fix=1
    shift
fi
[ $# -gt 0 ] || set -- python node go shell workflows spelling prose
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
status=0
run() { "$@" || status=1; }
# Linters pass an empty list of files, so it must not be empty.
some() {
    [ $# -gt 0 ] || { echo "${FUNCNAME[1]}: no file of the repository is found; is this a checkout that git may read?" >&2; status=1; return 1; }
}

python() {
    local files
    run "$tools/ruff" check --quiet ${fix:+--fix} .
    # The package's tests, its plugin of pytest and the examples need programs that are installed for them alone, and the real
    # Nova of tests/openstack has no types.
    mapfile -t files < <(scripts/sources.sh '*.py' '*.pyi' |
        grep -v '^bindings-python/tests/\|^bindings-python/python/reqtrail_pytest.py\|^docs/testing/\|^examples/\|^tests/openstack/harness/')
    some "${files[@]}" || return
    run "$tools/mypy" --no-error-summary --cache-dir "$target/lint/mypy" "${files[@]}"
}

node() {
    local node_tools
    node_tools=$(scripts/node_tools.sh) || { status=1; return; }
    run "$node_tools/node_modules/.bin/biome" lint --log-level=warn --error-on-warnings ${fix:+--write} .
    run "$node_tools/node_modules/.bin/tsc" -p bindings-node --noEmit --typeRoots "$node_tools/node_modules/@types"
}

# Builds a linter that is a Go program, once for its version and Go's, and prints the folder that it is in.
go_tool() {
    local go=$1 package=$2 version=$3 home
    home=$target/lint/${package##*/}-$version-$("$go" env GOVERSION)
    if [ ! -x "$home/${package##*/}" ]; then
        GOBIN=$home GOTOOLCHAIN=auto "$go" install "$package@$version" >&2 || return
    fi
    echo "$home"
}

go() {
    local go staticcheck module
    go=$(scripts/go_env.sh) && staticcheck=$(go_tool "$go" honnef.co/go/tools/cmd/staticcheck v0.8.2) || { status=1; return; }
    for module in bindings-c/go examples/go tests/conformance/adapters/go tests/openstack/faces bench/go; do
        # Nothing is linked, so the tag and an empty answer of pkg-config stand for the built library.
        (
            cd "$module" || exit 1
            export GOWORK=off PKG_CONFIG=true GOFLAGS='-mod=mod -tags=reqtrail_pkgconfig' PATH=${go%/*}:$PATH
            command go vet ./... && "$staticcheck/staticcheck" ./...
        ) || status=1
    done
}

shell() {
    local files
    mapfile -t files < <(scripts/sources.sh '*.sh' .ci/run)
    some "${files[@]}" || return
    run "$tools/shellcheck" "${files[@]}"
}

# What GitHub would refuse in a workflow, and what shellcheck says of the commands in it.
workflows() {
    local go actionlint files
    mapfile -t files < <(scripts/sources.sh '.github/workflows/*.yml')
    some "${files[@]}" || return
    go=$(scripts/go_env.sh) && actionlint=$(go_tool "$go" github.com/rhysd/actionlint/cmd/actionlint v1.7.12) || { status=1; return; }
    run "$actionlint/actionlint" -shellcheck "$tools/shellcheck" -pyflakes= "${files[@]}"
}

spelling() { run "$tools/typos"; }

# The words of the house, and what to write instead.
prose() { run scripts/prose.sh; }

tools=$(scripts/lint_env.sh) || exit 1
for part in "$@"; do
    case $part in
        python | node | go | shell | workflows | spelling | prose) "$part" ;;
        *)
            echo "'$part' is not a linter; expected python, node, go, shell, workflows, spelling or prose" >&2
            exit 2
            ;;
    esac
done
exit $status
