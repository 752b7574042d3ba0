#!/usr/bin/env bash
# Plays scenarios against adapters: conformance.sh ADAPTER SCENARIOS [FILTER]
# Scenarios mostly wait, so several adapters play at the same time, JOBS (4) of them.
# WAY=script: each language's mock plays the exchanges as a script; WAY=compare: the mock and a server, whose trails must be
# the same; WAY=equal: the mocks of all languages, whose trails must be the same to the last ID.
set -euo pipefail
adapter=${1:-all} scenarios=${2:-tests/conformance/scenarios} filter=${3:-}
known=(rust rust-blocking rust-reqwest python python-async node c c-started c-queue go go-queue)
# The mocks, one for each way of making calls. reqwest has none: it is a network.
[ "${WAY:-sockets}" = sockets ] || known=(rust rust-blocking python python-async node c c-started c-queue go go-queue)

case " ${known[*]} all " in
    *" $adapter "*) ;;
    *)
        echo "ADAPTER is '$adapter'; expected all, ${known[*]}" >&2
        exit 2
        ;;
esac
wanted=("$adapter")
[ "$adapter" != all ] || wanted=("${known[@]}")
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --package reqtrail-conformance --package reqtrail-adapter-rust
target=${CARGO_TARGET_DIR:-target}/debug
python='' c=''
args=(--scenarios "$scenarios")
[ -z "$filter" ] || args+=(--filter "$filter")
[ -z "${WAY:-}" ] || args+=(--way "$WAY")
adapters=()
for name in "${wanted[@]}"; do
    case "$name" in
        rust | rust-blocking) command=$target/adapter-$name ;;
        rust-reqwest)
            # It has a feature that no other face has, so it is always built alone.
            cargo build --quiet --package reqtrail-adapter-rust --features reqwest --bin adapter-rust-reqwest
            command=$target/adapter-$name
            ;;
        python | python-async)
            # Only the installed wheel, not the source folder.
            [ -n "$python" ] || python=$(scripts/python_env.sh)
            program=sync.py
            [ "$name" = python ] || program=asynchronous.py
            command="$python -X dev tests/conformance/adapters/python/$program"
            ;;
        node)
            # Only the installed tarballs, not the source folder.
            folder=$(scripts/node_env.sh)
            command="node tests/conformance/adapters/node/adapter.mjs $folder"
            ;;
        go | go-queue)
            # The package, with the archive that scripts/go_archive.sh puts into it; in its own way of driving calls, and
            # always by the queue.
            go=$(scripts/go_env.sh)
            PATH=$(dirname "$go"):$PATH scripts/go_archive.sh
            mkdir -p "$target/../go"
            command=$(cd "$target/../go" && pwd)/adapter-$name
            driving=${name#go} driving=${driving#-}
            # Go takes a program for the newest whose own sources are the same, whatever the archive is.
            rm -f "$command"
            (cd tests/conformance/adapters/go && GOPROXY=off GOFLAGS=-mod=mod GOWORK=off "$go" build \
                -ldflags "-X github.com/reqtrail/reqtrail/bindings-c/go.driving=$driving" -o "$command" .)
            ;;
        c | c-*)
            # The installed library, driven in its three ways.
            if [ -z "$c" ]; then
                prefix=$(scripts/c_env.sh)
                c=$prefix/../adapter
                scripts/c_build.sh "$prefix" "$c" tests/conformance/adapters/c/*.c
            fi
            command=$c
            [ "$name" = c ] || command="$c --${name#c-}"
            ;;
    esac
    adapters+=("$name=$command")
done
# Only Rust has an API for a virtual cancel.
[ -z "${WAY:-}" ] || args+=(--has "rust=tls,virtual-cancel" --has "rust-blocking=tls,virtual-cancel")
if [ "${WAY:-}" = equal ]; then
    # The scripts of the project do what no server can do.
    args+=(--scenarios tests/conformance/scripts)
    for played in "${adapters[@]}"; do args+=(--adapter "$played"); done
    exec "$target/conformance" "${args[@]}"
fi
[ ${#adapters[@]} -gt 1 ] || exec "$target/conformance" "${args[@]}" --adapter "${adapters[0]}"
plays=()
for played in "${adapters[@]}"; do
    plays+=("${played%%=*}=$(printf '%q ' "$target/conformance" "${args[@]}" --adapter "$played")")
done
JOBS=${JOBS:-4} exec scripts/side_by_side.sh "${plays[@]}"
