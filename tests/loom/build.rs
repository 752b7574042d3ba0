//! Makes the files of the core that this crate compiles use loom's types.

fn main() {
    println!("cargo::rustc-cfg=reqtrail_loom");
}
