#!/usr/bin/env bash
# Finds a Go that is new enough, or gets one, and prints its command: go_env.sh. One line says what is missing.
set -euo pipefail
needed=$(sed -n 's/^go //p' "$(dirname "$0")/../bindings-c/go/go.mod")
if ! command -v go >/dev/null; then
    echo "Go is missing: install $needed or newer (https://go.dev/dl), then try again." >&2
    exit 1
fi
# Outside of modules, because a go.mod may choose another version.
have=$(cd / && go env GOVERSION)
have=${have#go} have=${have%% *}
newer() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]; }
if newer "$needed" "$have"; then
    command -v go
    exit
fi
wanted=$needed.0
if newer 1.21 "$have"; then
    # Go downloads the version that GOTOOLCHAIN names from the module proxy.
    GOTOOLCHAIN=go$wanted go version >/dev/null || { echo "Go $have is too old: $needed or newer is needed, and it could not be fetched." >&2; exit 1; }
    root=$(GOTOOLCHAIN=go$wanted go env GOROOT)
    echo "$root/bin/go"
    exit
fi
tools=${CARGO_TARGET_DIR:-target}/go/bin
mkdir -p "$tools"
tools=$(cd "$tools" && pwd)
{ GOBIN=$tools go install "golang.org/dl/go$wanted@latest" && "$tools/go$wanted" download; } >&2 ||
    { echo "Go $have is too old: $needed or newer is needed, and it could not be fetched." >&2; exit 1; }
echo "$("$tools/go$wanted" env GOROOT)/bin/go"
