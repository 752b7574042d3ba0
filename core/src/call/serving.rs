//! The refreshers that run on the current thread. One that waited for the client that it serves would wait for itself.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;

use smallvec::SmallVec;

/// The clients whose refreshers run here, the innermost last.
pub(crate) type Clients = SmallVec<[usize; 1]>;

thread_local! {
    static SERVED: RefCell<Clients> = const { RefCell::new(SmallVec::new_const()) };
}

/// Restores the previous clients, also after a panic of the refresher.
struct Entered(Clients);

impl Drop for Entered {
    fn drop(&mut self) {
        SERVED.with(|served| std::mem::swap(&mut *served.borrow_mut(), &mut self.0));
    }
}

/// Runs a part of a refresher's work.
pub(crate) fn within<O>(client: usize, work: impl FnOnce() -> O) -> O {
    let mut clients = served();
    clients.push(client);
    carry(clients, work)
}

/// Runs a part of a refresher's work that moved to another thread.
pub(crate) fn carry<O>(clients: Clients, work: impl FnOnce() -> O) -> O {
    let _before = Entered(SERVED.with(|served| served.replace(clients)));
    work()
}

/// Wraps a future, so that each poll of it counts as work of these refreshers.
pub(crate) async fn carried<W: Future>(clients: Clients, work: W) -> W::Output {
    let mut work = pin!(work);
    poll_fn(|cx| carry(clients.clone(), || work.as_mut().poll(cx))).await
}

/// The clients whose refreshers run here, to be carried to another thread.
pub(crate) fn served() -> Clients {
    SERVED.with(|served| served.borrow().clone())
}

/// Whether a client's refresher runs here.
pub(super) fn is_within(client: usize) -> bool {
    SERVED.with(|served| served.borrow().contains(&client))
}

/// Whether the refresher of any client runs here.
#[cfg(feature = "testing")]
pub(super) fn is_any() -> bool {
    SERVED.with(|served| !served.borrow().is_empty())
}
