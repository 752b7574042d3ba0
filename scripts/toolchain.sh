#!/usr/bin/env bash
# Names what is missing to build, in one line: toolchain.sh [python|node|go|all]…
# Rust and a C compiler are always wanted; `all` means everything that the tests need.
set -u
msrv=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

if ! command -v cargo >/dev/null; then
    echo "Rust is missing: install $msrv or newer with rustup (https://rustup.rs), then try again." >&2
    exit 1
fi
have=$(rustc --version | cut -d' ' -f2)
if [ "$(printf '%s\n%s\n' "$msrv" "${have%%-*}" | sort -V | head -n1)" != "$msrv" ]; then
    echo "Rust $have is too old: $msrv or newer is needed; run 'rustup update'." >&2
    exit 1
fi
if ! command -v cc >/dev/null; then
    echo "A C compiler is missing (TLS and zstd need one): install gcc or clang, on Debian 'apt-get install gcc libc6-dev'." >&2
    exit 1
fi
# What the other languages need; said before anything is built.
lacks() { echo "$1" >&2; exit 1; }
wants() { [[ " $wanted " == *" $1 "* || " $wanted " == *" all "* ]]; }
wanted=$*
! wants python || "${PYTHON:-python3}" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    lacks "Python 3.11 or newer with venv is missing: install it, on Debian 'apt-get install python3 python3-venv', then try again."
! wants node || { node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null; } ||
    lacks "Node 20 or newer with npm is missing: install it (https://nodejs.org), then try again."
! wants go || command -v go >/dev/null || lacks "Go is missing: install 1.24 or newer (https://go.dev/dl), then try again."
wants all || exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && exit 0
for tool in g++ cmake pkg-config valgrind; do
    command -v "$tool" >/dev/null || lacks "$tool is missing: install it, on Debian 'apt-get install $tool', then try again."
done
