//! Detects whether the program has rights that the user who started it lacks.

/// Returns whether the program runs with other rights than its caller's, as set-uid programs do. The caller controls the
/// environment then, so it must not decide what the program writes and where.
pub(crate) fn is_set_uid() -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        // SAFETY: it reads what the kernel passed to the process at its start, and has no other effect.
        unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
    }
    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    {
        // SAFETY: these read the process's own IDs, and cannot fail.
        unsafe { libc::getuid() != libc::geteuid() || libc::getgid() != libc::getegid() }
    }
    #[cfg(not(unix))]
    {
        false
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_test_has_the_rights_of_its_caller() {
        assert!(!super::is_set_uid());
    }
}
