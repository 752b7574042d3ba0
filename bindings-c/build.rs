//! Gives the shared library its soname. Before 1.0 every version may break the ABI, so the soname has all of it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libreqtrail.so.{version}");
        // Threads that have called run the library's code when they end, and its own threads end by themselves: it stays
        // loaded, also after dlclose.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
