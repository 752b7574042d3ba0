//! The driver of submitted calls: one thread, a queue of results, and one notification per batch.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;

use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Finished, Flow, PreparedCall, TAG};
use crate::call::run_call;
use crate::cancel::{CancelReason, CancelToken};
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::transport::hyper::{HyperTransport, Network, Spawner, thread_error};
use crate::transport::{DefaultTransport, TransportError};

/// Called when results wait to be taken.
pub(super) type Notify = Arc<RwLock<Option<Box<dyn Fn() + Send + Sync>>>>;

/// The client's thread in this process. It starts when a call is submitted, or when a connection is made for a thread.
pub(super) struct Background {
    done: Arc<Done>,
    thread: Mutex<Option<Thread>>,
}

struct Thread {
    runtime: Handle,
    /// `None` once the host is dropped, which ends the thread.
    submit: Option<UnboundedSender<Submission>>,
    handle: Option<JoinHandle<()>>,
}

/// Work on its way to the thread, with the network that it uses and its tag.
type Submission = Box<(Work, Arc<Network>, u64)>;

#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are calls, and it is in a box on its way"
)]
enum Work {
    Call(PreparedCall),
    Flow(Flow),
}

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

    pub(super) fn submit(&self, mut call: PreparedCall, network: &Arc<Network>, tag: u64) {
        let cancel = call.cancel_token();
        self.start(Work::Call(call), network, cancel, tag);
    }

    pub(super) fn submit_flow(&self, flow: Flow, network: &Arc<Network>, tag: u64) {
        let cancel = flow.cancel.clone();
        self.start(Work::Flow(flow), network, cancel, tag);
    }

    fn start(&self, work: Work, network: &Arc<Network>, cancel: CancelToken, tag: u64) {
        // A flow that cannot be started leaves no result, which says as much.
        let is_flow = matches!(work, Work::Flow(_));
        lock(&self.done.running).insert(tag, cancel);
        let failed = match self.handle() {
            Ok(_) => {
                let submission = Box::new((work, Arc::clone(network), tag));
                let thread = lock(&self.thread);
                let submit = thread.as_ref().and_then(|thread| thread.submit.as_ref());
                if submit.is_some_and(|submit| submit.send(submission).is_ok()) {
                    return;
                }
                "the background thread has ended".to_owned()
            }
            Err(error) => error.to_string(),
        };
        self.done.put(
            tag,
            if is_flow {
                Finished::Flow
            } else {
                Finished::Call(Err(Error::new(ErrorKind::Internal, failed)))
            },
        );
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
        let thread = self
            .thread
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread {
            thread.submit = None;
            let own = std::thread::current().id();
            if let Some(handle) = thread
                .handle
                .take()
                .filter(|handle| handle.thread().id() != own)
            {
                let _ = handle.join();
            }
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

async fn drive(mut calls: UnboundedReceiver<Submission>, done: Arc<Done>) {
    let mut known: Option<(Arc<Network>, Arc<DefaultTransport>)> = None;
    while let Some(submission) = calls.recv().await {
        let (work, network, tag) = *submission;
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
        let done = Arc::clone(&done);
        match work {
            Work::Call(PreparedCall {
                plan: Err(error), ..
            }) => done.put(tag, Finished::Call(Err(error))),
            Work::Call(PreparedCall {
                shared,
                plan: Ok(mut plan),
            }) => {
                // In a box: tokio moves a task several times, also when it has ended, and this one is large.
                tokio::spawn(Box::pin(TAG.scope(tag, async move {
                    let result = run_call(&shared, &*transport, &mut plan).await;
                    done.put(tag, Finished::Call(result));
                })));
            }
            Work::Flow(flow) => {
                tokio::spawn(TAG.scope(tag, async move {
                    let work = AssertUnwindSafe(async { (flow.work)(transport).await });
                    if work.catch_unwind().await.is_err() {
                        tracing::error!(target: "reqtrail", "a flow panicked");
                    }
                    done.put(tag, Finished::Flow);
                }));
            }
        }
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
