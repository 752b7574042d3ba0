#!/usr/bin/env bash
# Runs commands at the same time, JOBS (2) of them at most, and prints the output of each when it has ended:
# side_by_side.sh NAME=COMMAND…
# Fails if one fails. A command that takes longer than STEP_SECONDS (1800) is ended and counts as failed.
set -uo pipefail
jobs=${JOBS:-2} limit=${STEP_SECONDS:-1800}
outputs=$(mktemp -d)
declare -A names=() starts=()
# `timeout` passes the signal on to everything that its command has started.
trap 'kill "${!names[@]}" 2>/dev/null; wait; rm -rf "$outputs"' EXIT
trap 'exit 130' INT TERM

status=0
# Waits until one has ended.
collect() {
    local pid='' code=0 name
    wait -n -p pid "${!names[@]}" || code=$?
    name=${names[$pid]}
    unset "names[$pid]"
    echo "-- $name, $((SECONDS - starts[$pid])) s"
    cat "$outputs/$pid"
    case $code in
        0) return ;;
        124 | 137) echo "-- FAILED: $name was ended after $limit s" ;;
        *) echo "-- FAILED: $name, with status $code" ;;
    esac
    status=1
}

for one in "$@"; do
    [ ${#names[@]} -lt "$jobs" ] || collect
    # The output has the name of the process, which is the parent of the shell within.
    timeout --kill-after=20 "$limit" bash -c 'exec >"$0/$PPID" 2>&1 </dev/null; eval "$1"' "$outputs" "${one#*=}" &
    names[$!]=${one%%=*}
    starts[$!]=$SECONDS
done
while [ ${#names[@]} -gt 0 ]; do collect; done
exit $status
