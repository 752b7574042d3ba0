#!/usr/bin/env bash
# Names what the bench needs and does not find, one line each, before anything is built: bench-needs.sh LANGUAGE…
set -uo pipefail
cd "$(dirname "$0")/.." || exit
missing=0
lacks() {
    echo "$1" >&2
    missing=1
}
root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

scripts/toolchain.sh || missing=1
[ "$(uname -s)" = Linux ] || lacks "The bench pins its processes to cores and reads /proc: it needs Linux."
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    lacks "Python 3.11 or newer is missing: it runs the bench of every language; on Debian 'apt-get install python3'."
# It is not installed here: a package of nginx may start a server that the whole network can reach.
PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx >/dev/null ||
    lacks "nginx is missing: install it, on Debian 'apt-get install nginx-light', then try again."
command -v openssl >/dev/null || lacks "openssl is missing: install it, on Debian 'apt-get install openssl', then try again."
for language in "$@"; do
    case $language in
        rust) ;;
        python)
            "${PYTHON:-python3}" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
                lacks "Python 3.11 or newer with venv is missing: install it, on Debian 'apt-get install python3 python3-venv', then try again."
            ;;
        node)
            { node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' && command -v npm; } >/dev/null 2>&1 ||
                lacks "Node 20 or newer with npm is missing: install it (https://nodejs.org), then try again."
            ;;
        c)
            pkg-config --exists libcurl 2>/dev/null || root ||
                lacks "libcurl's headers are missing: on Debian 'apt-get install pkg-config libcurl4-openssl-dev'."
            ;;
        go) command -v go >/dev/null || lacks "Go is missing: install 1.24 or newer (https://go.dev/dl), then try again." ;;
        *) lacks "'$language' has no bench; expected rust, python, node, c or go" ;;
    esac
done
exit $missing
