#!/usr/bin/env bash
# Builds the library in release mode, the bench and the Rust bench's server, and writes the figures. Run it on a quiet
# machine. BENCH_SERVER=file: a server of the Rust bench that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
go=$(scripts/go_env.sh)
PATH=$(dirname "$go"):$PATH
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}/bench-go" && cd "${CARGO_TARGET_DIR:-target}" && pwd)

server=${BENCH_SERVER:-}
if [ -z "$server" ]; then
    (cd bench/rust && cargo build --release --locked)
    server=${CARGO_TARGET_DIR:-bench/rust/target}/release/reqtrail-bench
fi
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

mkdir -p bench/results
result=$("$target/bench-go/reqtrail" run "$server" "$target/bench-go")
echo "$result" >bench/results/go.json
echo "wrote bench/results/go.json"
