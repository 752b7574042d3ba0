#!/usr/bin/env bash
# Puts libreqtrail.a where the Go package looks for it; PROFILE=release for the one that users get. It is without debug
# information, which the linker would read for nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
profile=${PROFILE:-dev}
cargo build --quiet --package reqtrail-c --profile "$profile"
[ "$profile" != dev ] || profile=debug
built=${CARGO_TARGET_DIR:-target}/$profile/libreqtrail_c.a
to=bindings-c/go/lib/$(go env GOOS)_$(go env GOARCH)/libreqtrail.a
# Only what changed: Go links all its programs anew when the archive is another.
[ ! "$to" -nt "$built" ] || [ "$(cat "$to.from" 2>/dev/null)" != "$built" ] || exit 0
strip --strip-debug -o "$to.new" "$built"
mv "$to.new" "$to"
echo "$built" >"$to.from"
