#!/usr/bin/env bash
# Tests against real services of OpenStack, in an environment that is made on the first run: from Rust, and from
# the installed packages of the other languages.
set -euo pipefail
python=$(scripts/openstack_env.sh)
export REQTRAIL_OPENSTACK_PYTHON=$python
REQTRAIL_FACE_PYTHON=$(scripts/python_env.sh)
# `env` for the folder where the installed package is.
REQTRAIL_FACE_NODE="env NODE_PATH=$(scripts/node_env.sh)/node_modules node"
export REQTRAIL_FACE_PYTHON REQTRAIL_FACE_NODE
# `go run` knows the modules of the folder that it is in.
go=$(scripts/go_env.sh)
PATH=$(dirname "$go"):$PATH scripts/go_archive.sh
REQTRAIL_FACE_GO="env GOPROXY=off GOFLAGS=-mod=mod GOWORK=off $go run -C $PWD/tests/openstack/faces"
REQTRAIL_FACE_C="$PWD/scripts/c_run.sh $(scripts/c_env.sh)"
export REQTRAIL_FACE_GO REQTRAIL_FACE_C
# Some of the clients in it meet faults by chance.
export REQTRAIL_ALLOW_CHAOS=1
exec cargo test --package reqtrail-openstack-tests --features real --test real -- --test-threads 6 "$@"
