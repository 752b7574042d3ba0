#!/usr/bin/env bash
# rustdoc with its unstable features, for `RUSTDOC`. If all of cargo saw the variable, it would build many crates again.
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"
