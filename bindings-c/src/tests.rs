//! Tests that C cannot do: panics stop at the border, and functions are exported only by `export!`.

use std::path::Path;

use crate::codes::{REQTRAIL_ERROR_INTERNAL, REQTRAIL_ERROR_NULL_POINTER};
use crate::error::{reqtrail_error_free, reqtrail_error_kind};
use crate::export::Settable;
use crate::usage::Usage;

/// A handle whose functions panic.
#[derive(Default)]
pub struct reqtrail_test_bomb {
    kept: Option<Usage>,
}

impl Settable for reqtrail_test_bomb {
    fn keep(&mut self, kept: Usage) {
        self.kept.get_or_insert(kept);
    }
}

fn explode() -> bool {
    std::hint::black_box(true)
}

// They exist only in this test program, whose exports nobody sees.
export! {
    /// Panics.
    fn reqtrail_test_fails(bomb: &reqtrail_test_bomb) makes out: reqtrail_test_bomb {
        assert!(!explode() || bomb.kept.is_some(), "on purpose");
        reqtrail_test_bomb::default()
    }

    /// Panics.
    fn reqtrail_test_sets(bomb: &mut reqtrail_test_bomb) sets {
        assert!(!explode() || bomb.kept.is_some(), "on purpose");
    }

    /// Panics.
    fn reqtrail_test_reads(bomb: &reqtrail_test_bomb, length: out? usize) -> *const u8 {
        assert!(!explode() || bomb.kept.is_some(), "on purpose");
        Some(std::ptr::dangling())
    }

    /// Panics.
    fn reqtrail_test_does(bomb: &reqtrail_test_bomb) { assert!(!explode() || bomb.kept.is_some(), "on purpose"); }
}

#[test]
fn a_panic_is_an_internal_error() {
    let mut bomb = reqtrail_test_bomb::default();
    let mut out = &raw mut bomb;
    let mut error = std::ptr::null_mut();
    // SAFETY: all pointers are valid.
    unsafe {
        let code = reqtrail_test_fails(&raw const bomb, &raw mut out, &raw mut error);
        assert_eq!(code, REQTRAIL_ERROR_INTERNAL);
        assert!(out.is_null());
        assert_eq!(reqtrail_error_kind(error), REQTRAIL_ERROR_INTERNAL);
        reqtrail_error_free(error);
        // The same without an error parameter.
        assert_eq!(
            reqtrail_test_fails(&raw const bomb, &raw mut out, std::ptr::null_mut()),
            REQTRAIL_ERROR_INTERNAL
        );
    }
}

#[test]
fn a_setter_keeps_a_panic() {
    let mut bomb = reqtrail_test_bomb::default();
    // SAFETY: the pointer is valid.
    let code = unsafe { reqtrail_test_sets(&raw mut bomb) };
    assert_eq!(code, REQTRAIL_ERROR_INTERNAL);
    assert!(
        bomb.kept
            .is_some_and(|kept| kept.message.contains("panicked"))
    );
}

#[test]
fn a_panic_returns_the_default() {
    let bomb = reqtrail_test_bomb::default();
    let mut length = 7;
    // SAFETY: all pointers are valid.
    unsafe {
        assert!(reqtrail_test_reads(&raw const bomb, &raw mut length).is_null());
        assert_eq!(length, 0);
        reqtrail_test_does(&raw const bomb);
    }
}

#[test]
fn a_null_is_reported_before_anything_else() {
    let mut out = std::ptr::null_mut();
    let no_error = std::ptr::null_mut();
    // SAFETY: the test passes NULL on purpose.
    unsafe {
        let code = reqtrail_test_fails(std::ptr::null(), &raw mut out, no_error);
        assert_eq!(code, REQTRAIL_ERROR_NULL_POINTER);
        let bomb = reqtrail_test_bomb::default();
        let code = reqtrail_test_fails(&raw const bomb, std::ptr::null_mut(), no_error);
        assert_eq!(code, REQTRAIL_ERROR_NULL_POINTER);
    }
}

/// Only `export!` makes functions with C's calling convention and names for the linker.
#[test]
fn nothing_is_exported_by_hand() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    let listed = [source.clone(), source.join("go")].map(std::fs::read_dir);
    for entry in listed
        .into_iter()
        .flat_map(|folder| folder.expect("the sources"))
    {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            continue;
        }
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let text = std::fs::read_to_string(&path).expect("a source");
        seen += 1;
        if matches!(name, "export.rs" | "tests.rs") {
            continue;
        }
        // Callback types have no name after `fn`, and a block of imports exports nothing.
        let bare = text.replace("extern \"C\" fn(", "");
        let bare = bare.replace("unsafe extern \"C\" {", "");
        assert!(
            !bare.contains("extern \""),
            "{name} has a bare extern function"
        );
        assert!(!text.contains("no_mangle"), "{name} names a symbol by hand");
        assert!(
            !text.contains("export_name"),
            "{name} names a symbol by hand"
        );
    }
    assert!(seen > 15, "{seen} sources were read");
}
