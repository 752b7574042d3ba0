//! Which sockets the call under way on this thread waits for.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use smallvec::SmallVec;

use super::SocketState;

thread_local! {
    static WAITED: RefCell<Waited> = const { RefCell::new(Waited::new(0)) };
}

/// The sockets of one call.
pub(in crate::transport::hyper) struct Waited {
    /// The call under way; 0 for none, and the sockets are then not used.
    call: u64,
    /// Weak, so that this does not keep dropped sockets open.
    sockets: SmallVec<[Weak<SocketState>; 2]>,
}

impl Waited {
    const fn new(call: u64) -> Self {
        Self {
            call,
            sockets: SmallVec::new_const(),
        }
    }

    /// Begins a call on this thread, and returns what the enclosing call waits for.
    pub(in crate::transport::hyper) fn begin() -> Self {
        static CALLS: AtomicU64 = AtomicU64::new(1);
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        WAITED.replace(Self::new(call))
    }

    /// Ends the call on this thread; the enclosing one continues.
    pub(in crate::transport::hyper) fn restore(self) {
        // What the call still waits for is dropped after the borrow, since a closing socket accesses it again.
        drop(WAITED.replace(self));
    }
}

/// Notes that the call under way on this thread waits for a socket.
///
/// Idle connections are also polled on threads without a call, where nothing waits for them.
pub(super) fn wait_for(socket: &Arc<SocketState>) {
    WAITED.with_borrow_mut(|waited| {
        let is_known = |known: &Weak<SocketState>| known.as_ptr() == Arc::as_ptr(socket);
        socket.wait_in(waited.call);
        if waited.call != 0 && !waited.sockets.iter().any(is_known) {
            waited.sockets.push(Arc::downgrade(socket));
        }
    });
}

/// Returns the sockets that are waited for, and forgets all others.
pub(in crate::transport::hyper) fn waiting() -> SmallVec<[Arc<SocketState>; 2]> {
    let mut waiting = SmallVec::new();
    WAITED.with_borrow_mut(|waited| {
        waited.sockets.retain(|socket| {
            // An earlier attempt's connection may serve another thread by now.
            let is_ours = |socket: &Arc<SocketState>| socket.is_waited_for_in(waited.call);
            let socket = socket.upgrade().filter(is_ours);
            let is_waited_for = socket.is_some();
            waiting.extend(socket);
            is_waited_for
        });
    });
    waiting
}

#[cfg(test)]
pub(in crate::transport::hyper) fn is_empty() -> bool {
    WAITED.with_borrow(|waited| waited.sockets.is_empty())
}
