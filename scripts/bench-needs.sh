#!/usr/bin/env bash
# Names what the bench of every language needs and does not find, in one line each, before anything is built.
set -uo pipefail
missing=0
lacks() {
    echo "$1" >&2
    missing=1
}
[ "$(uname -s)" = Linux ] || lacks "The bench pins its processes to cores and reads /proc: it needs Linux."
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    lacks "Python 3.11 or newer is missing: it runs the bench of every language; on Debian 'apt-get install python3'."
# It is not installed here: a package of nginx may start a server that the whole network can reach.
PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx >/dev/null ||
    lacks "nginx is missing: install it, on Debian 'apt-get install nginx-light', then try again."
command -v openssl >/dev/null || lacks "openssl is missing: install it, on Debian 'apt-get install openssl', then try again."
exit $missing
