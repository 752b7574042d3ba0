#!/usr/bin/env bash
# Builds the library in release mode and the clients, and writes the figures (bench/README.md).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bench-needs.sh go
go=$(scripts/go_env.sh)
PATH=$(dirname "$go"):$PATH
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}/bench-go" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
scripts/install-c.sh "$target/bench-go/prefix" release >&2

# Against the installed archive, so that the one of the tests stays where it is.
export PKG_CONFIG_PATH=$target/bench-go/prefix/lib/pkgconfig GOWORK=off
rm -f "$target/bench-go/prefix/lib/"libreqtrail.so*
driving=github.com/reqtrail/reqtrail/bindings-c/go.driving
build() { # NAME DRIVING
    (cd bench/go && CGO_LDFLAGS="-lgcc_s -lutil -lrt -lpthread -lm -ldl" go build -tags reqtrail_pkgconfig -ldflags "-X $driving=$2" -o "$target/bench-go/$1" .)
}
build reqtrail ""
build reqtrail-queue queue
build reqtrail-blocking blocking

exec python3 bench/go/bench.py "$go" "$target/bench-go"
