//! The driver of submitted calls: one thread, a queue of results, and one notification per batch.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;

use futures_util::FutureExt as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use url::Url;

use super::{Finished, Flow, PreparedCall, TAG};
use crate::call::run_call;
use crate::cancel::CancelToken;
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::transport::WireOptions;
use crate::transport::reqwest::{ReqwestTransport, Tasks};

/// Starts its thread with the first call.
#[derive(Debug)]
pub(super) struct Background {
    wire: WireOptions,
    base: Url,
    done: Arc<Done>,
    thread: OnceLock<Result<Thread, String>>,
}

#[derive(Debug)]
struct Thread {
    /// `None` once the host is dropped, which ends the thread.
    submit: Option<UnboundedSender<Submission>>,
    handle: Option<JoinHandle<()>>,
}

/// Work on its way to the thread, with its tag.
type Submission = Box<(Work, u64)>;

#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are calls, and it is in a box on its way"
)]
enum Work {
    Call(PreparedCall),
    Flow(Flow),
}

/// What the thread and the host share.
#[derive(Default)]
struct Done {
    results: Mutex<Vec<(u64, Finished)>>,
    /// A notification is out that no one has answered by taking the results.
    notified: AtomicBool,
    notify: RwLock<Option<Box<dyn Fn() + Send + Sync>>>,
    running: Mutex<HashMap<u64, CancelToken>>,
}

impl Background {
    pub(super) fn new(wire: WireOptions, base: Url) -> Self {
        Self {
            wire,
            base,
            done: Arc::default(),
            thread: OnceLock::new(),
        }
    }

    pub(super) fn submit(&self, mut call: PreparedCall, tag: u64) {
        let cancel = call.cancel_token();
        self.start(Work::Call(call), cancel, tag);
    }

    pub(super) fn submit_flow(&self, flow: Flow, tag: u64) {
        let cancel = flow.cancel.clone();
        self.start(Work::Flow(flow), cancel, tag);
    }

    fn start(&self, work: Work, cancel: CancelToken, tag: u64) {
        // A flow that cannot be started leaves no result, which says as much.
        let is_flow = matches!(work, Work::Flow(_));
        lock(&self.done.running).insert(tag, cancel);
        let started = self
            .thread
            .get_or_init(|| Thread::start(&self.wire, &self.base, Arc::clone(&self.done)));
        let failed = match started {
            Ok(thread) => {
                let sent = thread
                    .submit
                    .as_ref()
                    .map(|s| s.send(Box::new((work, tag))).is_ok());
                if sent == Some(true) {
                    return;
                }
                "the background thread has ended"
            }
            Err(message) => message.as_str(),
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

    pub(super) fn cancel(&self, tag: u64) -> bool {
        let token = lock(&self.done.running).get(&tag).cloned();
        token.inspect(CancelToken::cancel).is_some()
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
        if let Some(Ok(thread)) = self.thread.get_mut() {
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
    fn start(wire: &WireOptions, base: &Url, done: Arc<Done>) -> Result<Self, String> {
        let transport = Arc::new(ReqwestTransport::new(wire, base, Tasks::OnRuntime)?);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| format!("the runtime cannot be made: {e}"))?;
        let (submit, calls) = unbounded_channel();
        let handle = std::thread::Builder::new()
            .name("reqtrail".to_owned())
            // Calls that are under way when the host goes are dropped with the runtime, and so cancelled.
            .spawn(move || {
                runtime.block_on(drive(calls, transport, done));
                // Without waiting for a name look-up that may still be under way.
                runtime.shutdown_background();
            })
            .map_err(|e| format!("the background thread cannot be started: {e}"))?;
        Ok(Self {
            submit: Some(submit),
            handle: Some(handle),
        })
    }
}

async fn drive(
    mut calls: UnboundedReceiver<Submission>,
    transport: Arc<ReqwestTransport>,
    done: Arc<Done>,
) {
    while let Some(submission) = calls.recv().await {
        let (work, tag) = *submission;
        let (transport, done) = (Arc::clone(&transport), Arc::clone(&done));
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

impl std::fmt::Debug for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} calls under way", lock(&self.running).len())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
