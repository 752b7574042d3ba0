//! Lets the linker leave Node's symbols unresolved.

fn main() {
    napi_build::setup();
}
