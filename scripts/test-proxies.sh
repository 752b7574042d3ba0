#!/usr/bin/env bash
# Calls through real nginx, HAProxy and Squid on loopback, which it installs if they are missing. CALLS for each round.
set -euo pipefail
packages=()
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || packages+=(nginx-light)
command -v haproxy >/dev/null || [ -x /usr/sbin/haproxy ] || packages+=(haproxy)
command -v squid >/dev/null || [ -x /usr/sbin/squid ] || packages+=(squid)
command -v openssl >/dev/null || packages+=(openssl)
if [ ${#packages[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "missing: ${packages[*]}; install them, or run this as root on Debian" >&2
        exit 1
    fi
    # Only the programs are wanted, not services.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod +x /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
export PATH=$PATH:/usr/sbin
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --package reqtrail-proxies
"${CARGO_TARGET_DIR:-target}/debug/proxies" "${CALLS:-3000}"
