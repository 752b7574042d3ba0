#!/usr/bin/env bash
# Compiles C against the installed library alone, as an application would: c_build.sh PREFIX OUTPUT FILE… [-- FLAG…]
set -euo pipefail
prefix=$1 output=$2
shift 2
files=() flags=()
while [ $# -gt 0 ]; do
    if [ "$1" = -- ]; then
        shift
        flags=("$@")
        break
    fi
    files+=("$1")
    shift
done
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
read -r -a package <<<"$(pkg-config --cflags --libs reqtrail)"
exec "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L -g -O1 -Wall -Wextra -Wpedantic -Werror -o "$output" "${files[@]}" \
    "${flags[@]}" "${package[@]}" -pthread "-Wl,-rpath,$prefix/lib"
