#!/usr/bin/env bash
# Packs what npm users get, into target/npm: the package, and the platform package of this machine.
#
# A release publishes the platform packages of bindings-node/npm first and `reqtrail` last: it names them in its optional
# dependencies, and an installation in between would find none.
set -euo pipefail
cd "$(dirname "$0")/.."
env=$(PROFILE=release scripts/node_env.sh)
home=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/npm
mkdir -p "$home"
cp "$env"/tarballs/*.tgz "$home"
ls -l "$home"
