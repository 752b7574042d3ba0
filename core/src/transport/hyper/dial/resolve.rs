//! Looks up the addresses of a host.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType};
use tokio::sync::oneshot;

use super::codes::code_of;

/// The future of a look-up.
pub(crate) type Lookup =
    Pin<Box<dyn Future<Output = Result<Vec<SocketAddr>, ResolveError>> + Send>>;

/// Looks up the addresses of a host, in the order in which they should be tried.
///
/// Dropping the future abandons the look-up. A look-up that hangs must not hold up another one.
pub(crate) trait Resolve: fmt::Debug + Send + Sync {
    /// Looks up `host`, which is a name and not an address.
    fn resolve(&self, host: &str, port: u16) -> Lookup;
}

/// A look-up that found nothing.
#[derive(Debug)]
pub(crate) struct ResolveError {
    /// The well-known code, as in `ENOTFOUND` or `EAI_AGAIN`.
    pub(crate) code: Option<&'static str>,
    /// What happened, as text after `cannot look up the host api.example: `; `None` for a host that does not exist.
    pub(crate) detail: Option<Cow<'static, str>>,
}

impl ResolveError {
    /// The host does not exist, or has no address.
    pub(crate) fn not_found() -> Self {
        Self {
            code: Some("ENOTFOUND"),
            detail: None,
        }
    }

    fn new(code: &'static str, detail: &'static str) -> Self {
        Self {
            code: Some(code),
            detail: Some(detail.into()),
        }
    }

    fn system(what: &str, error: &io::Error) -> Self {
        let code = code_of(error);
        let detail = match code {
            Some(_) => what.to_owned(),
            None => format!("{what}: {error}"),
        };
        Self {
            code,
            detail: Some(detail.into()),
        }
    }
}

/// The system's resolver, `getaddrinfo`.
///
/// It has no timeout and cannot be interrupted. So each look-up has its own thread, and one that hangs only affects its
/// own dial. A pool of threads would be exhausted after a few of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str, port: u16) -> Lookup {
        let host = host.to_owned();
        on_a_thread(move || getaddrinfo(&host, port))
    }
}

/// Runs a look-up on a separate thread, from the first poll on.
fn on_a_thread(
    look_up: impl FnOnce() -> Result<Vec<SocketAddr>, ResolveError> + Send + 'static,
) -> Lookup {
    Box::pin(async move {
        let (done, result) = oneshot::channel();
        let run = move || {
            // The dial may have been abandoned meanwhile.
            let _ = done.send(look_up());
        };
        let spawned = {
            let _mask = signals::SignalMaskGuard::new();
            std::thread::Builder::new()
                .name("reqtrail-resolve".to_owned())
                .spawn(run)
        };
        spawned.map_err(|e| ResolveError::system("no thread can be started", &e))?;
        match result.await {
            Ok(found) => found,
            Err(_) => Err(ResolveError::new(
                "EAI_FAIL",
                "the look-up's thread ended without a result",
            )),
        }
    })
}

fn getaddrinfo(host: &str, port: u16) -> Result<Vec<SocketAddr>, ResolveError> {
    let hints = AddrInfoHints {
        socktype: SockType::Stream.into(),
        ..AddrInfoHints::default()
    };
    let found = dns_lookup::getaddrinfo(Some(host), None, Some(hints)).map_err(explain)?;
    let mut addresses = Vec::new();
    // An address of a family other than IP cannot be converted, and is skipped.
    for address in found.flatten() {
        let mut address = address.sockaddr;
        address.set_port(port);
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(ResolveError::not_found());
    }
    Ok(addresses)
}

fn explain(error: dns_lookup::LookupError) -> ResolveError {
    match error.kind() {
        LookupErrorKind::NoName | LookupErrorKind::NoData => ResolveError::not_found(),
        LookupErrorKind::Again => {
            ResolveError::new("EAI_AGAIN", "the name server does not answer for now")
        }
        LookupErrorKind::Fail => ResolveError::new("EAI_FAIL", "the name server failed"),
        LookupErrorKind::Family => ResolveError::new("EAI_FAMILY", "no usable address family"),
        LookupErrorKind::Memory => ResolveError::new("EAI_MEMORY", "not enough memory"),
        LookupErrorKind::Badflags => ResolveError::new("EAI_BADFLAGS", "getaddrinfo refused it"),
        LookupErrorKind::Service => ResolveError::new("EAI_SERVICE", "getaddrinfo refused it"),
        LookupErrorKind::Socktype => ResolveError::new("EAI_SOCKTYPE", "getaddrinfo refused it"),
        LookupErrorKind::System | LookupErrorKind::Unknown | LookupErrorKind::IO => {
            ResolveError::system("the system's resolver failed", &error.into())
        }
    }
}

/// The program's signal handlers must not run on a thread that the program does not know about.
#[cfg(unix)]
mod signals {
    use nix::sys::signal::{SigSet, SigmaskHow, Signal};

    /// Blocks signals on this thread until it is dropped, and so on threads that this one starts, which inherit the mask.
    pub(super) struct SignalMaskGuard {
        before: Option<SigSet>,
    }

    impl SignalMaskGuard {
        pub(super) fn new() -> Self {
            let mut blocked = SigSet::all();
            // These signals report faults of the thread itself, which a crash handler of the program should see.
            for fault in [
                Signal::SIGSEGV,
                Signal::SIGBUS,
                Signal::SIGFPE,
                Signal::SIGILL,
                Signal::SIGTRAP,
                Signal::SIGSYS,
                Signal::SIGABRT,
            ] {
                blocked.remove(fault);
            }
            Self {
                before: blocked.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok(),
            }
        }
    }

    impl Drop for SignalMaskGuard {
        fn drop(&mut self) {
            if let Some(before) = &self.before {
                let _ = before.thread_set_mask();
            }
        }
    }
}

#[cfg(not(unix))]
mod signals {
    pub(super) struct SignalMaskGuard;

    impl SignalMaskGuard {
        pub(super) fn new() -> Self {
            Self
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn localhost_is_found() {
        let found = SystemResolver.resolve("localhost", 8080).await;
        let found = found.expect("addresses");
        assert!(
            found
                .iter()
                .all(|a| a.ip().is_loopback() && a.port() == 8080),
            "{found:?}"
        );
    }

    #[tokio::test]
    async fn an_impossible_name_has_a_code() {
        let found = SystemResolver.resolve("no-such-host.invalid", 443).await;
        let error = found.expect_err("no addresses");
        // Without any name server, it cannot be said that the host does not exist.
        assert!(
            matches!(error.code, Some("ENOTFOUND" | "EAI_AGAIN")),
            "{error:?}"
        );
        let found = SystemResolver.resolve("nul\0byte", 443).await;
        assert!(found.expect_err("no addresses").detail.is_some());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn codes_of_getaddrinfo() {
        // Linux's numbers, by `netdb.h`.
        for (number, code) in [
            (-2, "ENOTFOUND"),
            (-3, "EAI_AGAIN"),
            (-4, "EAI_FAIL"),
            (-5, "ENOTFOUND"),
            (-6, "EAI_FAMILY"),
            (-10, "EAI_MEMORY"),
        ] {
            let error = explain(dns_lookup::LookupError::new(number));
            assert_eq!(error.code, Some(code));
        }
    }

    #[tokio::test]
    async fn a_look_up_that_hangs_holds_up_no_other() {
        let (let_go, hanging) = mpsc::channel::<()>();
        let hung: Vec<_> = {
            let hanging = std::sync::Arc::new(std::sync::Mutex::new(hanging));
            (0..100)
                .map(|_| {
                    let hanging = hanging.clone();
                    tokio::spawn(on_a_thread(move || {
                        let _ = hanging.lock().expect("no panic").recv();
                        Err(ResolveError::not_found())
                    }))
                })
                .collect()
        };
        let found = SystemResolver.resolve("localhost", 80);
        let found = tokio::time::timeout(Duration::from_secs(10), found).await;
        assert!(found.expect("in time").is_ok());
        for dial in hung {
            dial.abort();
        }
        drop(let_go);
    }

    #[tokio::test]
    async fn a_look_up_that_panics_is_an_error() {
        // Without the hook, which would print it.
        let found = on_a_thread(|| std::panic::resume_unwind(Box::new("on purpose"))).await;
        assert_eq!(found.expect_err("an error").code, Some("EAI_FAIL"));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn signals_are_blocked_there_and_not_here() {
        use nix::sys::signal::{SigSet, Signal};
        let before = SigSet::thread_get_mask().expect("a mask");
        let (tell, told) = mpsc::channel();
        let lookup = on_a_thread(move || {
            tell.send(SigSet::thread_get_mask().expect("a mask"))
                .expect("a receiver");
            Err(ResolveError::not_found())
        });
        let _ = lookup.await;
        let there = told.recv().expect("a mask");
        for signal in [Signal::SIGPIPE, Signal::SIGINT, Signal::SIGTERM] {
            assert!(there.contains(signal));
        }
        assert!(!there.contains(Signal::SIGSEGV));
        assert_eq!(SigSet::thread_get_mask().expect("a mask"), before);
    }
}
