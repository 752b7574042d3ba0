//! The names of operating system errors, and what they mean in words.

use std::io;

/// Returns the name of an error, as in `ECONNREFUSED`; `None` if it has none.
pub(crate) fn code_of(error: &io::Error) -> Option<&'static str> {
    if let Some(code) = error.raw_os_error().and_then(name) {
        return Some(code);
    }
    if let Some(inner) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<io::Error>())
    {
        return code_of(inner);
    }
    Some(match error.kind() {
        io::ErrorKind::AddrInUse => "EADDRINUSE",
        io::ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL",
        io::ErrorKind::BrokenPipe => "EPIPE",
        io::ErrorKind::ConnectionAborted => "ECONNABORTED",
        io::ErrorKind::ConnectionRefused => "ECONNREFUSED",
        io::ErrorKind::ConnectionReset => "ECONNRESET",
        io::ErrorKind::HostUnreachable => "EHOSTUNREACH",
        io::ErrorKind::NetworkDown => "ENETDOWN",
        io::ErrorKind::NetworkUnreachable => "ENETUNREACH",
        io::ErrorKind::NotConnected => "ENOTCONN",
        io::ErrorKind::NotFound => "ENOENT",
        io::ErrorKind::OutOfMemory => "ENOMEM",
        io::ErrorKind::PermissionDenied => "EACCES",
        io::ErrorKind::TimedOut => "ETIMEDOUT",
        io::ErrorKind::WouldBlock => "EAGAIN",
        _ => return None,
    })
}

#[cfg(unix)]
fn name(raw: i32) -> Option<&'static str> {
    use nix::errno::Errno;
    macro_rules! names {
        ($($name:ident)*) => {
            match Errno::from_raw(raw) {
                $(Errno::$name => stringify!($name),)*
                _ => return None,
            }
        };
    }
    Some(names! {
        EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF ECONNABORTED ECONNREFUSED ECONNRESET
        EDESTADDRREQ EHOSTDOWN EHOSTUNREACH EINPROGRESS EINTR EINVAL EIO EISCONN ELOOP EMFILE EMSGSIZE ENAMETOOLONG
        ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS ENODEV ENOENT ENOMEM ENOPROTOOPT ENOSPC ENOTCONN ENOTDIR
        ENOTSOCK EOPNOTSUPP EPERM EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ESHUTDOWN ETIMEDOUT
    })
}

/// The same names for Windows Sockets' errors, and for a few of Windows' own.
#[cfg(windows)]
fn name(raw: i32) -> Option<&'static str> {
    Some(match raw {
        2 | 3 => "ENOENT",
        4 | 10024 => "EMFILE",
        5 | 10013 => "EACCES",
        8 | 14 => "ENOMEM",
        109 | 232 => "EPIPE",
        10004 => "EINTR",
        10022 => "EINVAL",
        10035 => "EAGAIN",
        10047 => "EAFNOSUPPORT",
        10048 => "EADDRINUSE",
        10049 => "EADDRNOTAVAIL",
        10050 => "ENETDOWN",
        10051 => "ENETUNREACH",
        10052 => "ENETRESET",
        10053 => "ECONNABORTED",
        10054 => "ECONNRESET",
        10055 => "ENOBUFS",
        10057 => "ENOTCONN",
        10058 => "ESHUTDOWN",
        10060 => "ETIMEDOUT",
        10061 => "ECONNREFUSED",
        10064 => "EHOSTDOWN",
        10065 => "EHOSTUNREACH",
        _ => return None,
    })
}

#[cfg(not(any(unix, windows)))]
fn name(_: i32) -> Option<&'static str> {
    None
}

/// Returns whether the fault is this machine's or this process's, so that every address would have it.
pub(super) fn is_local(code: &str) -> bool {
    matches!(code, "EMFILE" | "ENFILE" | "ENOBUFS" | "ENOMEM" | "EAGAIN")
}

/// How much an error says about why no address of a host answers. The code of the most informative one is reported.
pub(super) fn weight(code: Option<&str>) -> u8 {
    match code {
        Some(code) if is_local(code) => 8,
        Some("ECONNREFUSED") => 7,
        Some("ECONNRESET") => 6,
        Some("ETIMEDOUT") => 5,
        Some("EACCES" | "EPERM") => 4,
        Some("EHOSTUNREACH" | "EHOSTDOWN") => 3,
        Some("ENETUNREACH" | "ENETDOWN") => 2,
        Some("EAFNOSUPPORT" | "EADDRNOTAVAIL" | "EINVAL") => 1,
        // An error without a name is unusual, and so informative.
        _ => 4,
    }
}

/// Explains a failed connection attempt, with the code: `refused it (ECONNREFUSED)`, as text after an address. `object`
/// is what is refused: `it` or `the connection`.
pub(super) fn attempt_words(error: &io::Error, object: &str) -> String {
    let code = code_of(error);
    let words = match code {
        Some("ECONNREFUSED") => format!("refused {object}"),
        Some("ECONNRESET") => format!("reset {object}"),
        Some("ETIMEDOUT") => "did not answer".to_owned(),
        Some("EHOSTUNREACH" | "EHOSTDOWN") => "cannot be reached".to_owned(),
        Some("ENETUNREACH") => "is in a network without a route".to_owned(),
        Some("ENETDOWN") => "is in a network that is down".to_owned(),
        Some("EACCES" | "EPERM") => "is forbidden by this system".to_owned(),
        Some("EADDRNOTAVAIL") => "has no free local address or port".to_owned(),
        Some("EAFNOSUPPORT") => "is of a family that this system lacks".to_owned(),
        _ => "failed".to_owned(),
    };
    with_code(&words, code, error)
}

/// Explains a fault of this machine, with the code: `too many open files in this process (EMFILE)`.
pub(super) fn local_words(error: &io::Error) -> String {
    let code = code_of(error);
    let words = match code {
        Some("EMFILE") => "too many open files in this process",
        Some("ENFILE") => "too many open files on this system",
        Some("ENOBUFS" | "ENOMEM") => "not enough memory",
        Some("EAGAIN") => "not enough threads or other resources",
        Some("ENOENT") => "no such file",
        Some("ECONNREFUSED") => "no process listens on it",
        Some("EACCES" | "EPERM") => "permission denied",
        Some("ENOTDIR") => "a part of the path is not a directory",
        Some("ENOTSOCK") => "not a socket",
        Some("EPROTOTYPE") => "not a stream socket",
        _ => "failed",
    };
    with_code(words, code, error)
}

fn with_code(words: &str, code: Option<&str>, error: &io::Error) -> String {
    match (words, code) {
        (words, Some(code)) if words != "failed" => format!("{words} ({code})"),
        (_, Some(code)) => format!("failed ({code})"),
        _ => format!("failed ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn numbers_have_names() {
        use nix::errno::Errno;
        for (errno, name) in [
            (Errno::ECONNREFUSED, "ECONNREFUSED"),
            (Errno::EHOSTUNREACH, "EHOSTUNREACH"),
            (Errno::ENETUNREACH, "ENETUNREACH"),
            (Errno::ETIMEDOUT, "ETIMEDOUT"),
            (Errno::EMFILE, "EMFILE"),
            (Errno::ENFILE, "ENFILE"),
            (Errno::ECONNRESET, "ECONNRESET"),
            (Errno::EADDRNOTAVAIL, "EADDRNOTAVAIL"),
            (Errno::EPIPE, "EPIPE"),
            (Errno::ENOENT, "ENOENT"),
            (Errno::EACCES, "EACCES"),
            (Errno::EAGAIN, "EAGAIN"),
        ] {
            let error = io::Error::from_raw_os_error(errno as i32);
            assert_eq!(code_of(&error), Some(name));
        }
        assert_eq!(code_of(&io::Error::from_raw_os_error(99_999)), None);
    }

    #[test]
    fn errors_without_a_number_have_a_name_by_their_kind() {
        for (kind, name) in [
            (io::ErrorKind::ConnectionReset, Some("ECONNRESET")),
            (io::ErrorKind::ConnectionRefused, Some("ECONNREFUSED")),
            (io::ErrorKind::BrokenPipe, Some("EPIPE")),
            (io::ErrorKind::TimedOut, Some("ETIMEDOUT")),
            (io::ErrorKind::UnexpectedEof, None),
            (io::ErrorKind::InvalidData, None),
        ] {
            assert_eq!(code_of(&io::Error::new(kind, "text")), name, "{kind}");
            assert_eq!(code_of(&kind.into()), name, "{kind}");
        }
    }

    #[test]
    fn a_wrapped_error_keeps_its_name() {
        let inner = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(code_of(&io::Error::other(inner)), Some("ECONNRESET"));
    }

    #[test]
    fn words_have_the_code() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(attempt_words(&refused, "it"), "refused it (ECONNREFUSED)");
        assert_eq!(
            local_words(&refused),
            "no process listens on it (ECONNREFUSED)"
        );
        let strange = io::Error::other("strange");
        assert_eq!(attempt_words(&strange, "it"), "failed (strange)");
    }

    #[test]
    fn the_fault_of_this_machine_outweighs_all_others() {
        assert!(weight(Some("EMFILE")) > weight(Some("ECONNREFUSED")));
        assert!(weight(Some("ECONNREFUSED")) > weight(Some("ENETUNREACH")));
        assert!(weight(Some("ETIMEDOUT")) > weight(Some("EAFNOSUPPORT")));
    }
}
