#!/usr/bin/env bash
# rustdoc with what is unstable in it, for `RUSTDOC`. Set for all of cargo, the variable would have many crates built anew.
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"
