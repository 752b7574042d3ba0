#!/usr/bin/env bash
# The tests of the Go package, on the archive of the installed library: under the race detector, with cgo's strict
# checks, and as they are; then the programs that users build, and the examples: test-go.sh [GO-TEST-ARGUMENT…]
set -euo pipefail
cd "$(dirname "$0")/.."
go=$(scripts/go_env.sh)
PATH=$(dirname "$go"):$PATH
export PATH
# A server for the examples.
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --package reqtrail-sandbox
REQTRAIL_SANDBOX=$(cd "${CARGO_TARGET_DIR:-target}/debug" && pwd)/reqtrail-sandbox
REQTRAIL_PREFIX=$(scripts/c_env.sh)
export REQTRAIL_SANDBOX REQTRAIL_PREFIX
scripts/go_archive.sh "$REQTRAIL_PREFIX"
# The package needs only Go and the library, so nothing is downloaded.
export GOPROXY=off GOFLAGS=-mod=mod GOWORK=off

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
# The bench is another's user as well, which would have to be fetched: its script looks at it.
modules=(bindings-c/go examples/go tests/conformance/adapters/go tests/openstack/faces)
unformatted=$(gofmt -l "${modules[@]}" bench/go)
[ -z "$unformatted" ] || { echo "not formatted: $unformatted"; status=1; }
for module in "${modules[@]}"; do
    (cd "$module" && go vet ./...) || status=1
done
# What takes long, memory and programs that are built, is in one of the runs alone.
in_module() { (cd "$1" && shift && "$@") >>"$log" 2>&1 || status=1; }
if [ $# -gt 0 ]; then
    in_module bindings-c/go go test -v "$@" ./...
else
    in_module bindings-c/go go test -v -race -short -timeout 5m ./...
    in_module bindings-c/go env GOEXPERIMENT=cgocheck2 go test -v -short -timeout 5m ./...
    in_module bindings-c/go go test -v -timeout 5m -run 'Memory|EmptyModule|Page|Apart' ./...
    # A mock moves its time however calls are driven.
    in_module bindings-c/go go test -v -short -timeout 5m \
        -ldflags '-X github.com/reqtrail/reqtrail/bindings-c/go.driving=queue' ./reqtrailtest
    in_module examples/go go test -v -timeout 5m .
fi
count() { grep -cE "^--- $1" "$log" || true; }
failed=$(count FAIL)
# What ends a run before its tests can say so.
if [ "$status" -ne 0 ]; then
    cat "$log"
    [ "$failed" -gt 0 ] || failed=1
fi
# As the other suites close. What a short run leaves out is in the long one, and is not counted as skipped.
skipped=$(($(count SKIP) - $(grep -cE '(not with -short)' "$log" || true)))
echo "go-tests: $(count PASS) passed, $failed failed, $skipped skipped"
exit "$status"
