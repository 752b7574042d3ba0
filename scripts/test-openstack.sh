#!/usr/bin/env bash
# Tests against a real Nova and a real Keystone, in an environment that is made on the first run: from Rust, and from
# the installed packages of the other languages.
set -euo pipefail
python=$(scripts/openstack_env.sh)
export REQTRAIL_OPENSTACK_PYTHON=$python
REQTRAIL_FACE_PYTHON=$(scripts/python_env.sh)
export REQTRAIL_FACE_PYTHON
exec cargo test --package reqtrail-openstack-tests --features real --test real -- --test-threads 6 "$@"
