#!/usr/bin/env bash
# The tests of the C face, against the library installed into a separate prefix: test-c.sh
# The header in three languages, what is exported, unit tests under sanitizers and valgrind, the examples and those of
# docs/c, and both ways to link. Its adapters are played by scripts/conformance.sh.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
prefix=$(scripts/c_env.sh valgrind g++) || exit 1
work=$prefix/../tests
mkdir -p "$work"
log=$work/log
passed=0 failed=0 skipped=0

# Runs a check by its name, and counts it.
check() {
    local name=$1
    shift
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n' "$name"
        tail -30 "$log"
    fi
}

# The header alone, as each kind of program sees it.
strict=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only)
check "header as C99" cc -std=c99 "${strict[@]}" -x c "$prefix/include/reqtrail.h"
check "header as C11" cc -std=c11 "${strict[@]}" -x c "$prefix/include/reqtrail.h"
check "header as C++17" g++ -std=c++17 "${strict[@]}" -x c++ "$prefix/include/reqtrail.h"

# The library exports exactly what the header declares and what the Go package needs besides.
declared() { sed 's|/\*.*\*/||; /^ *\/\*/,/\*\//d' "$prefix/include/reqtrail.h" bindings-c/go/native.h | grep -oE '\breqtrail_[a-z0-9_]+\(' | tr -d '(' | sort -u; }
shared() { nm -D --defined-only "$prefix/lib/libreqtrail.so" | awk '{ print $3 }' | sort -u; }
archived() { nm -g --defined-only "$prefix/lib/libreqtrail.a" | awk 'NF > 2 { print $3 }' | sort -u; }
check "exports of the shared library" diff <(declared) <(shared)
check "exports of the archive" diff <(declared) <(archived)
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
soname() { readelf -d "$prefix/lib/libreqtrail.so" | grep -q "\[libreqtrail.so.$version\]"; }
check "soname" soname
check "version of the package" test "$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --modversion reqtrail)" = "$version"

# A server that ends when this script does, with the end of its standard input.
coproc SERVER { exec python3 bindings-c/tests/server.py; }
read -r url socket <&"${SERVER[0]}"

python3 bindings-c/tests/nulls.py "$prefix/include/reqtrail.h" >"$work/test_nulls.c" 2>/dev/null || exit 1
units() { scripts/c_build.sh "$prefix" "$work/$1" bindings-c/tests/*.c "$work/test_nulls.c" -- -Ibindings-c/tests "${@:2}"; }
# The unit tests count one by one; where the program ends early, one has failed.
run_units() {
    local name=$1
    shift
    if "$@" "$url" "$socket" >"$log" 2>&1; then
        passed=$((passed + $(sed -n 's/ passed$//p' "$log")))
    else
        failed=$((failed + 1))
        printf 'FAILED unit tests %s, in the last of these:\n' "$name"
        tail -30 "$log"
    fi
}
check "unit tests compile with sanitizers" units asan -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
check "unit tests compile" units plain
run_units "under AddressSanitizer and LeakSanitizer" env ASAN_OPTIONS=detect_leaks=1 "$work/asan"
# It runs one thread at a time; in turn, or those that only look can keep the others from ever calling.
run_units "under valgrind" valgrind -q --fair-sched=yes --leak-check=full --show-leak-kinds=definite,indirect,possible \
    --errors-for-leak-kinds=definite,indirect,possible --suppressions="$prefix/share/reqtrail/valgrind.supp" --error-exitcode=9 "$work/plain"

# The tests of docs/testing.md, which need neither a network nor a file.
check "docs/testing/testing.c compiles" scripts/c_build.sh "$prefix" "$work/testing" docs/testing/testing.c
check "docs/testing/testing.c" env -i "$work/testing"

# The same programs, built as users build them.
static() {
    local libs
    libs=$(sed -n 's/^Libs.private: //p' "$prefix/lib/pkgconfig/reqtrail.pc")
    # shellcheck disable=SC2086
    cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -I"$prefix/include" -o "$work/static" examples/c/first_call.c -Wl,--gc-sections "$prefix/lib/libreqtrail.a" $libs
}
check "a static program links" static
# With the archive a program needs only the C library to run.
needs_glibc_alone() { ! readelf -d "$work/static" | grep NEEDED | grep -vE 'lib(c|m|dl|rt|util|pthread)\.so|ld-linux'; }
check "a static program needs glibc alone" needs_glibc_alone
# What answers calls in tests is left out of one that sets no script.
# All is read, so that nm is not cut short.
scripted() { nm "$1" | grep 'reqtrail.*testing.*ScriptedTransport' >/dev/null; }
leaves_scripts_out() { scripted "$prefix/lib/libreqtrail.a" && ! scripted "$work/static"; }
check "a static program without scripts" leaves_scripts_out

# The prefix can be moved: pkg-config finds the library in its new place.
moved() {
    rm -rf "$work/moved" && mkdir "$work/moved" && cp -r "$prefix/." "$work/moved" || return 1
    local found
    found=$(PKG_CONFIG_PATH=$work/moved/lib/pkgconfig pkg-config --variable=includedir reqtrail) || return 1
    [ "$(realpath "$found")" = "$(realpath "$work/moved/include")" ] &&
        scripts/c_build.sh "$work/moved" "$work/moved_program" examples/c/first_call.c
}
check "a prefix that was moved" moved
stays_loaded() { readelf -d "$prefix/lib/libreqtrail.so" | grep -q NODELETE; }
check "the library stays loaded" stays_loaded

NO_BUILD=${NO_BUILD:-} scripts/examples_c.sh "$prefix" "$url" >"$log.examples" 2>&1
grep -v '^c-examples: ' "$log.examples"
counts=$(tail -1 "$log.examples")
passed=$((passed + $(sed -n 's/.*: \([0-9]*\) passed.*/\1/p' <<<"$counts")))
failed=$((failed + $(sed -n 's/.*, \([0-9]*\) failed.*/\1/p' <<<"$counts")))

echo "c-tests: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
