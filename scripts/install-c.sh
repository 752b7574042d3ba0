#!/usr/bin/env bash
# Builds libreqtrail and installs it with its header, reqtrail.pc and CMake package: install-c.sh PREFIX [PROFILE]
# DESTDIR is put before PREFIX, for packagers. Why not cargo-c: docs/adr/0014-the-c-library-is-installed-by-a-script.md.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${1:?usage: install-c.sh PREFIX [release|dev]} profile=${2:-release}
case "$prefix" in /*) ;; *) echo "PREFIX is '$prefix'; expected an absolute path" >&2; exit 2 ;; esac
for tool in ld objcopy strip; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: install binutils" >&2; exit 1; }
done

# Cargo repeats the note of an earlier build, so this is quick where nothing has changed.
note=$(cargo rustc --package reqtrail-c --lib --profile "$profile" -- --print native-static-libs 2>&1) || { echo "$note" >&2; exit 1; }
static_libs=$(sed -n 's/^.*native-static-libs: //p' <<<"$note" | tail -1)
# The unwinder of the archive from gcc's static library, so that a program with it needs no libgcc_s.so.1 where it runs.
static_libs=${static_libs//-lgcc_s/-lgcc_eh}
[ -n "$static_libs" ] || { echo "rustc did not list the libraries that the archive needs" >&2; exit 1; }

built=${CARGO_TARGET_DIR:-target}/$([ "$profile" = dev ] && echo debug || echo "$profile")
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
into=${DESTDIR:-}$prefix
mkdir -p "$into/include" "$into/lib/pkgconfig" "$into/lib/cmake/reqtrail" "$into/share/reqtrail"
install -m 644 bindings-c/include/reqtrail.h "$into/include/reqtrail.h"
install -m 644 bindings-c/valgrind.supp "$into/share/reqtrail/valgrind.supp"
install -m 755 "$built/libreqtrail_c.so" "$into/lib/libreqtrail.so.$version"
ln -sf "libreqtrail.so.$version" "$into/lib/libreqtrail.so"
[ "$profile" = dev ] || strip --strip-unneeded "$into/lib/libreqtrail.so.$version"

# The archive as one object in which all but the library's own names are local: two archives with Rust in them, or one
# and another copy of a C library that is in it, can then be linked into one program.
if [ ! "$into/lib/libreqtrail.a" -nt "$built/libreqtrail_c.a" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    ld -r -o "$work/whole.o" --whole-archive "$built/libreqtrail_c.a"
    # The standard library's objects carry bitcode, which ar's plugin would stumble over once it is merged.
    objcopy --strip-debug --remove-section=.llvmbc --remove-section=.llvmcmd --wildcard --keep-global-symbol='reqtrail_*' "$work/whole.o" "$work/reqtrail.o"
    rm -f "$work/libreqtrail.a"
    ar crs "$work/libreqtrail.a" "$work/reqtrail.o"
    install -m 644 "$work/libreqtrail.a" "$into/lib/libreqtrail.a"
fi

fill() { sed -e "s|@VERSION@|$version|; s|@STATIC_LIBS@|$2|" "bindings-c/cmake/$1.in"; }
fill reqtrail.pc "$static_libs" >"$into/lib/pkgconfig/reqtrail.pc"
# CMake wants a list.
fill reqtrailConfig.cmake "${static_libs// /;}" >"$into/lib/cmake/reqtrail/reqtrailConfig.cmake"
fill reqtrailConfigVersion.cmake "" >"$into/lib/cmake/reqtrail/reqtrailConfigVersion.cmake"
