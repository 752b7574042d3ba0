#!/usr/bin/env bash
# Runs the OpenStack examples, a server's and a volume's, against real services on loopback.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(scripts/openstack_env.sh)
target=${CARGO_TARGET_DIR:-target}/debug
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --package reqtrail-examples --bin openstack_follow --bin openstack_volume

# It leaves when its standard input closes, which this script's end does.
coproc CLOUD { "$python" tests/openstack/harness/serve.py; }
cloud=$CLOUD_PID
trap 'kill "$cloud" 2>/dev/null || true; wait "$cloud" 2>/dev/null || true' EXIT
read -r ready <&"${CLOUD[0]}"
fact() { "$python" -c 'import json, sys
value = json.loads(sys.argv[1])
for key in sys.argv[2].split("."): value = value[key]
print(value)' "$ready" "$1"; }

# A member of the project, as a user of a cloud would have it in openrc.
as_member() {
    env -u OS_CLOUD OS_AUTH_URL="$(fact keystone.endpoint)" OS_USERNAME=member OS_PASSWORD="$(fact users.member.password)" \
        OS_PROJECT_ID="$(fact users.member.project_id)" OS_USER_DOMAIN_ID="$(fact users.member.domain_id)" \
        OS_REGION_NAME="$(fact region)" "$@"
}
as_member "$target/openstack_follow" "$(fact image)" "$(fact flavors.small)" "$(fact flavors.impossible)"
as_member "$target/openstack_volume" "$(($(fact capacity_gb) + 1))"
