#!/usr/bin/env bash
# Names what is missing to build, in one line.
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
