#!/usr/bin/env bash
# Builds the examples in C and those of docs/c against an installed prefix, as their readers would, and runs them
# against the sandbox: examples_c.sh PREFIX TEST_SERVER_URL
set -uo pipefail
cd "$(dirname "$0")/.." || exit
prefix=$1 server_url=$2
work=$prefix/../examples
rm -rf "$work"
mkdir -p "$work"
target=${CARGO_TARGET_DIR:-target}/debug
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --package reqtrail-sandbox || exit 1

# Each first answer is a 503, so that every trail has two attempts. It ends when its standard input closes.
coproc SANDBOX { exec "$target/reqtrail-sandbox" --exit-with-parent --incident service_unavailable:times=1,retry_after=0; }
sandbox=$SANDBOX_PID
trap 'kill "$sandbox" 2>/dev/null || true' EXIT
read -r ready <&"${SANDBOX[0]}"
fact() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$ready"; }
url=$(fact base_url) token=$(fact token)

passed=0 failed=0
# Runs a command, which must succeed and print what is expected.
says() {
    local name=$1 expected=$2 output
    shift 2
    if output=$("$@" 2>&1) && grep -q "$expected" <<<"$output"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED example %s:\n%s\n' "$name" "$output"
    fi
}

# The same for a program, which has to end.
runs() {
    local name=$1 expected=$2
    shift 2
    says "$name" "$expected" timeout 60 "$@"
}

make_build() { cp examples/c/* "$work" && PKG_CONFIG_PATH=$prefix/lib/pkgconfig make -C "$work" all; }
cmake_build() { cmake -S examples/c -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" && cmake --build "$work/cmake"; }
says "make with pkg-config" async_calls make_build
says "cmake" first_call_static cmake_build
runs "first_call" "request ID is req_" "$work/first_call" "$url" "$token"
runs "first_call_static" "request ID is req_" "$work/cmake/first_call_static" "$url" "$token"
runs "async_calls" "/cameras: 200" "$work/async_calls" "$url" "$token"

# Every page of docs/c has programs, whole ones, and so have the READMEs. ` ```c part ` marks what is not a whole program.
for page in README.md bindings-c/README.md docs/c/*.md; do
    name=${page%.md}
    name=${name//\//-}
    awk -v stem="$work/$name" '/^```c$/ { n++; on = 1; next } /^```$/ { on = 0 } on { print > (stem "-" n ".c") }' "$page"
    found=0
    for source in "$work/$name"-*.c; do
        [ -e "$source" ] || continue
        found=1
        program=${source%.c}
        base=$url
        [ "$page" != docs/c/openstack.md ] || base=$server_url
        says "$page compiles" "" scripts/c_build.sh "$prefix" "$program" "$source"
        runs "$page" . "$program" "$base" "$token"
    done
    if [ "$found" = 0 ]; then
        failed=$((failed + 1))
        echo "FAILED: $page has no example"
    fi
done
echo "c-examples: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
