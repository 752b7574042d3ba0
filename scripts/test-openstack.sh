#!/usr/bin/env bash
# Tests against a real Nova and a real Keystone, in an environment that is made on the first run.
set -euo pipefail
python=$(scripts/openstack_env.sh)
export REQTRAIL_OPENSTACK_PYTHON=$python
exec cargo test --package reqtrail-openstack-tests --features real --test real -- --test-threads 6 "$@"
