//! The driver of submitted calls: one thread, a queue of results, and one notification per batch.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;

use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::caller::Caller;
use super::{Finished, Flow, PreparedCall, TAG, undriven};
use crate::call::run_call;
use crate::call::serving::{self, Clients};
use crate::cancel::{CancelReason, CancelToken};
use crate::transport::hyper::{HyperTransport, Network, Spawner, thread_error};
use crate::transport::{DefaultTransport, Failure, TransportError};

/// Called when results wait to be taken.
pub(super) type Notify = Arc<RwLock<Option<Box<dyn Fn() + Send + Sync>>>>;

/// The client's thread in this process. It starts when a call is submitted, or when a connection is made for a thread.
pub(super) struct Background {
    done: Arc<Done>,
    thread: Mutex<Option<Thread>>,
    /// Threads of calls that were submitted while there was no such thread.
    helpers: Mutex<Vec<JoinHandle<()>>>,
}

struct Thread {
    runtime: Handle,
    /// `None` once the host is dropped, which ends the thread.
    submit: Option<UnboundedSender<Box<Submission>>>,
    handle: Option<JoinHandle<()>>,
}

/// Work on its way to the thread.
struct Submission {
    work: Work,
    network: Arc<Network>,
    tag: u64,
    /// The clients whose refreshers submit it.
    served: Clients,
}

#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are calls, and it is in a box on its way"
)]
enum Work {
    Call(PreparedCall),
    Flow(Flow),
}

impl Work {
    /// Does it on this thread.
    fn run(self, caller: &Caller) -> Finished {
        match self {
            Self::Call(call) => Finished::Call(caller.call(call, None)),
            Self::Flow(flow) => {
                if caller.run_flow(flow, None).is_err() {
                    tracing::error!(target: "reqtrail", "a flow panicked");
                }
                Finished::Flow
            }
        }
    }

    /// Ends it with nobody to drive it.
    fn refuse(self, error: TransportError) -> Finished {
        match self {
            Self::Call(call) => Finished::Call(undriven::end(call, error)),
            // It leaves no result, which says as much.
            Self::Flow(_) => Finished::Flow,
        }
    }
}

/// How many calls have a thread of their own at the same time. A process that is short of descriptors should not be
/// filled with threads, too.
const HELPERS: usize = 256;

/// What the thread and the host share.
struct Done {
    results: Mutex<Vec<(u64, Finished)>>,
    /// A notification is out that no one has answered by taking the results.
    notified: AtomicBool,
    notify: Notify,
    running: Mutex<HashMap<u64, CancelToken>>,
}

impl Background {
    pub(super) fn new(notify: Notify) -> Self {
        Self {
            done: Arc::new(Done {
                results: Mutex::default(),
                notified: AtomicBool::new(false),
                notify,
                running: Mutex::default(),
            }),
            thread: Mutex::default(),
            helpers: Mutex::default(),
        }
    }

    /// Returns the thread's runtime; starts the thread with the first call.
    pub(super) fn handle(&self) -> Result<Handle, TransportError> {
        let mut thread = lock(&self.thread);
        if let Some(thread) = &*thread {
            return Ok(thread.runtime.clone());
        }
        let started = Thread::start(Arc::clone(&self.done))?;
        let runtime = started.runtime.clone();
        *thread = Some(started);
        Ok(runtime)
    }

    /// Returns the thread's runtime if the thread was started.
    pub(super) fn started(&self) -> Option<Handle> {
        lock(&self.thread)
            .as_ref()
            .map(|thread| thread.runtime.clone())
    }

    /// Starts a call. Where there can be no thread for all calls, `caller` makes it on one of its own.
    pub(super) fn submit(
        &self,
        mut call: PreparedCall,
        network: &Arc<Network>,
        caller: &Arc<Caller>,
        tag: u64,
    ) {
        let cancel = call.cancel_token();
        self.start(Work::Call(call), network, caller, cancel, tag);
    }

    pub(super) fn submit_flow(
        &self,
        flow: Flow,
        network: &Arc<Network>,
        caller: &Arc<Caller>,
        tag: u64,
    ) {
        let cancel = flow.cancel.clone();
        self.start(Work::Flow(flow), network, caller, cancel, tag);
    }

    fn start(
        &self,
        work: Work,
        network: &Arc<Network>,
        caller: &Arc<Caller>,
        cancel: CancelToken,
        tag: u64,
    ) {
        lock(&self.done.running).insert(tag, cancel);
        if let Err(error) = self.handle() {
            return self.start_apart(work, caller, tag, error);
        }
        let submission = Box::new(Submission {
            work,
            network: Arc::clone(network),
            tag,
            served: serving::served(),
        });
        let thread = lock(&self.thread);
        let submit = thread.as_ref().and_then(|thread| thread.submit.as_ref());
        let unsent = match submit {
            Some(submit) => submit.send(submission).err().map(|unsent| unsent.0),
            None => Some(submission),
        };
        drop(thread);
        if let Some(submission) = unsent {
            let what = "no connection: the thread that makes connections has ended";
            let error = TransportError::new(Failure::Connect, what);
            self.start_apart(submission.work, caller, tag, error);
        }
    }

    /// Makes a call on a thread of its own. That needs no descriptors, which are what is short when the thread of all calls
    /// cannot start. The call's attempts say so, and one of them may find that there are some again.
    ///
    /// `error` is why there is no thread for all calls.
    fn start_apart(&self, work: Work, caller: &Arc<Caller>, tag: u64, error: TransportError) {
        let mut helpers = lock(&self.helpers);
        helpers.retain(|helper| !helper.is_finished());
        if helpers.len() >= HELPERS {
            drop(helpers);
            return self.refuse(work, tag, error);
        }
        let (done, caller) = (Arc::clone(&self.done), Arc::clone(caller));
        let served = serving::served();
        // Shared, so that it is not lost if there is no thread either.
        let work = Arc::new(Mutex::new(Some(work)));
        let taken = Arc::clone(&work);
        let run = move || {
            crate::signals::block_sigpipe();
            if let Some(work) = lock(&taken).take() {
                let run = || serving::carry(served, || work.run(&caller));
                done.put(tag, TAG.sync_scope(tag, run));
            }
        };
        let started = std::thread::Builder::new()
            .name("reqtrail-call".to_owned())
            .spawn(run);
        match started {
            Ok(handle) => helpers.push(handle),
            Err(error) => {
                drop(helpers);
                if let Some(work) = lock(&work).take() {
                    self.refuse(work, tag, thread_error("a thread", error));
                }
            }
        }
    }

    /// Ends a call on this thread: nobody can drive it.
    fn refuse(&self, work: Work, tag: u64, error: TransportError) {
        let ended = TAG.sync_scope(tag, || work.refuse(error));
        self.done.put(tag, ended);
    }

    pub(super) fn cancel(&self, tag: u64, reason: CancelReason) -> bool {
        let token = lock(&self.done.running).get(&tag).cloned();
        token.inspect(|token| token.cancel_with(reason)).is_some()
    }

    pub(super) fn set_notify(&self, notify: Box<dyn Fn() + Send + Sync>) {
        let set = &self.done.notify;
        *set.write().unwrap_or_else(PoisonError::into_inner) = Some(notify);
        if !lock(&self.done.results).is_empty() {
            self.done.notified.store(true, Ordering::Release);
            self.done.ring();
        }
    }

    pub(super) fn take_done(&self, out: &mut Vec<(u64, Finished)>) {
        // Before the look: a result that comes after it notifies anew.
        self.done.notified.store(false, Ordering::Release);
        out.append(&mut lock(&self.done.results));
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Nobody takes results any more.
        let notify = self.done.notify.write();
        *notify.unwrap_or_else(PoisonError::into_inner) = None;
        // Those that have not begun yet must not begin now, and end with a trail all the same.
        let running: Vec<CancelToken> = lock(&self.done.running).values().cloned().collect();
        running.iter().for_each(CancelToken::cancel);
        let mut handles = std::mem::take(&mut *lock(&self.helpers));
        if let Some(thread) = &mut *lock(&self.thread) {
            thread.submit = None;
            handles.extend(thread.handle.take());
        }
        let own = std::thread::current().id();
        for handle in handles.into_iter().filter(|it| it.thread().id() != own) {
            let _ = handle.join();
        }
    }
}

impl Thread {
    fn start(done: Arc<Done>) -> Result<Self, TransportError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| thread_error("its event loop", e))?;
        let handle = runtime.handle().clone();
        let (submit, calls) = unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("reqtrail".to_owned())
            // Calls that are under way when the host goes are dropped with the runtime, and so cancelled.
            .spawn(move || {
                crate::signals::block_sigpipe();
                runtime.block_on(drive(calls, done));
                // Without waiting for what may still be under way.
                runtime.shutdown_background();
            })
            .map_err(|e| thread_error("its thread", e))?;
        Ok(Self {
            runtime: handle,
            submit: Some(submit),
            handle: Some(thread),
        })
    }
}

async fn drive(mut calls: UnboundedReceiver<Box<Submission>>, done: Arc<Done>) {
    let begun = Arc::<AtomicUsize>::default();
    let mut spawned = 0;
    let mut known: Option<(Arc<Network>, Arc<DefaultTransport>)> = None;
    while let Some(submission) = calls.recv().await {
        let Submission {
            work,
            network,
            tag,
            served,
        } = *submission;
        // A host has one network, so the transport is made once.
        let transport = match &known {
            Some((same, transport)) if Arc::ptr_eq(same, &network) => Arc::clone(transport),
            _ => {
                let transport = HyperTransport::new(Arc::clone(&network), Spawner::Runtime);
                let transport = Arc::new(transport.keeping_timers());
                known = Some((network, Arc::clone(&transport)));
                transport
            }
        };
        let (done, begun) = (Arc::clone(&done), Arc::clone(&begun));
        match work {
            Work::Call(PreparedCall { shared, mut plan }) => {
                spawned += 1;
                let call = TAG.scope(tag, async move {
                    begun.fetch_add(1, Ordering::Relaxed);
                    let result = run_call(&shared, &*transport, &mut plan).await;
                    done.put(tag, Finished::Call(result));
                });
                // In a box: tokio moves a task several times, also when it has ended, and this one is large.
                if served.is_empty() {
                    tokio::spawn(Box::pin(call));
                } else {
                    tokio::spawn(Box::pin(serving::carried(served, call)));
                }
            }
            Work::Flow(flow) => {
                spawned += 1;
                if calls.is_closed() {
                    flow.cancel.cancel();
                }
                let flow = TAG.scope(tag, async move {
                    begun.fetch_add(1, Ordering::Relaxed);
                    let work = AssertUnwindSafe(async { (flow.work)(transport).await });
                    if work.catch_unwind().await.is_err() {
                        tracing::error!(target: "reqtrail", "a flow panicked");
                    }
                    done.put(tag, Finished::Flow);
                });
                tokio::spawn(serving::carried(served, flow));
            }
        }
    }
    // The runtime ends now, and drops what is under way. A call that it never polled would end without a word.
    while begun.load(Ordering::Relaxed) < spawned {
        tokio::task::yield_now().await;
    }
}

impl Done {
    fn put(&self, tag: u64, result: Finished) {
        lock(&self.running).remove(&tag);
        lock(&self.results).push((tag, result));
        if !self.notified.swap(true, Ordering::AcqRel) {
            self.ring();
        }
    }

    fn ring(&self) {
        if let Some(notify) = &*self.notify.read().unwrap_or_else(PoisonError::into_inner) {
            notify();
        }
    }
}

impl std::fmt::Debug for Background {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Background")
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} calls under way", lock(&self.running).len())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
