//! Sets the soname of the shared library. Before 1.0 every version may break the ABI, so the soname has the full
//! version.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libreqtrail.so.{version}");
        // Threads that have called the library run its code when they end, and its own threads end by themselves. So it
        // stays loaded even after dlclose.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
