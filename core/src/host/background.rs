//! The driver of jobs that no thread waits for: one thread, a queue of outcomes, and one notification per batch.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::caller::Caller;
use super::line::Line;
use super::mailbox::{Event, Lane, Mailbox};
use super::prepared::{Prepared, PreparedCall};
use super::{CallResult, Done, ORIGIN, Origin, Outcome, lock, undriven};
use crate::call::by_clock::ByClock;
use crate::call::run_call;
use crate::call::serving::{self, Clients};
use crate::cancel::{CancelReason, CancelToken};
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::transport::hyper::thread_error;
use crate::transport::{AnyTransport, Failure, Transport, TransportError};

/// Called when outcomes are ready to be taken.
pub(super) type Notify = Arc<RwLock<Option<Box<dyn Fn() + Send + Sync>>>>;

/// The client's thread in this process. It starts when a job is submitted, or when a connection is made for a thread.
pub(super) struct Background {
    jobs: Arc<Jobs>,
    /// The lane of outcomes of jobs that were submitted for no lane.
    queue: Lane,
    notify: Notify,
    thread: Mutex<Option<Thread>>,
    /// Threads of jobs that were submitted while the background thread could not start.
    helpers: Mutex<Vec<JoinHandle<()>>>,
}

struct Thread {
    runtime: Handle,
    /// `None` once the host is dropped, which ends the thread.
    submit: Option<UnboundedSender<Box<Submission>>>,
    handle: Option<JoinHandle<()>>,
}

/// A job on its way to the thread.
struct Submission {
    job: Prepared,
    receiver: Receiver,
    line: Arc<Line>,
    /// It is under way from its submission on.
    by_clock: ByClock,
    /// The clients whose refreshers submit it.
    served: Clients,
}

/// The owner of a job, and who gets its outcome. A job of a lane that is dropped before the job has ended ends as
/// cancelled.
struct Receiver {
    jobs: Arc<Jobs>,
    /// The lane is that of a submitted job.
    origin: Origin,
    key: JobKey,
    /// That of a started one.
    done: Option<Done>,
    is_call: bool,
    has_ended: bool,
}

/// Names a job under way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum JobKey {
    /// By its tag.
    Submitted(u64),
    /// By its number, since started jobs may share a tag.
    Started(u64),
}

/// How many jobs may have separate threads at the same time. A process that is short of descriptors should not be
/// filled with threads, too.
const HELPERS: usize = 256;

/// The state that the thread and the host share.
#[derive(Default)]
struct Jobs {
    running: Mutex<HashMap<JobKey, CancelToken>>,
    /// How many jobs were started.
    started: AtomicU64,
}

impl Background {
    pub(super) fn new(notify: Notify) -> Self {
        let told = Arc::clone(&notify);
        let queue = Mailbox::new().open_lane(move || {
            if let Some(notify) = &*told.read().unwrap_or_else(PoisonError::into_inner) {
                notify();
            }
        });
        Self {
            jobs: Arc::default(),
            queue,
            notify,
            thread: Mutex::default(),
            helpers: Mutex::default(),
        }
    }

    /// The lane of outcomes of jobs that are submitted for no lane.
    pub(super) fn queue(&self) -> &Lane {
        &self.queue
    }

    /// Returns the thread's runtime; starts the thread with the first call.
    pub(super) fn handle(&self) -> Result<Handle, TransportError> {
        let mut thread = lock(&self.thread);
        if let Some(thread) = &*thread {
            return Ok(thread.runtime.clone());
        }
        let started = Thread::start()?;
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

    /// Starts a job whose outcome goes to a lane. If the background thread cannot start, `caller` does it on a separate
    /// thread.
    pub(super) fn submit(
        &self,
        mut job: Prepared,
        lane: &Lane,
        tag: u64,
        line: &Arc<Line>,
        caller: &Arc<Caller>,
    ) {
        let cancel = job.own_token();
        let receiver = Receiver {
            jobs: Arc::clone(&self.jobs),
            origin: lane.begin(tag),
            key: JobKey::Submitted(tag),
            done: None,
            is_call: job.is_call(),
            has_ended: false,
        };
        self.begin(job, cancel, receiver, line, caller);
    }

    /// Starts a job whose outcome goes to `done`.
    pub(super) fn start(
        &self,
        mut job: Prepared,
        tag: u64,
        done: Done,
        line: &Arc<Line>,
        caller: &Arc<Caller>,
    ) {
        let cancel = job.token();
        let number = self.jobs.started.fetch_add(1, Ordering::Relaxed);
        let receiver = Receiver {
            jobs: Arc::clone(&self.jobs),
            origin: Origin { tag, lane: None },
            key: JobKey::Started(number),
            done: Some(done),
            is_call: job.is_call(),
            has_ended: false,
        };
        self.begin(job, cancel, receiver, line, caller);
    }

    fn begin(
        &self,
        job: Prepared,
        cancel: CancelToken,
        receiver: Receiver,
        line: &Arc<Line>,
        caller: &Arc<Caller>,
    ) {
        lock(&self.jobs.running).insert(receiver.key, cancel);
        if let Err(error) = self.handle() {
            return self.begin_apart(job, receiver, caller, error);
        }
        let submission = Box::new(Submission {
            job,
            receiver,
            by_clock: line.watch(),
            line: Arc::clone(line),
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
            self.begin_apart(submission.job, submission.receiver, caller, error);
        }
    }

    /// Does a job on a separate thread. That needs no descriptors, which are short when the background thread cannot
    /// start. The attempts of a call then say so, and one of them may find that descriptors are available again.
    ///
    /// `error` is why the background thread could not start.
    fn begin_apart(
        &self,
        job: Prepared,
        receiver: Receiver,
        caller: &Arc<Caller>,
        error: TransportError,
    ) {
        let mut helpers = lock(&self.helpers);
        helpers.retain(|helper| !helper.is_finished());
        if helpers.len() >= HELPERS {
            drop(helpers);
            return refuse(job, receiver, error);
        }
        let caller = Arc::clone(caller);
        let served = serving::served();
        // Shared, so that it is not lost if there is no thread either.
        let job = Arc::new(Mutex::new(Some((job, receiver))));
        let taken = Arc::clone(&job);
        let run = move || {
            crate::signals::block_sigpipe();
            if let Some((job, receiver)) = lock(&taken).take() {
                let run = || serving::carry(served, || caller.run(job));
                let outcome = receiver.origin.clone().within(run);
                drop(caller);
                receiver.end(outcome);
            }
        };
        let started = std::thread::Builder::new()
            .name("reqtrail-call".to_owned())
            .spawn(run);
        match started {
            Ok(handle) => helpers.push(handle),
            Err(error) => {
                drop(helpers);
                if let Some((job, receiver)) = lock(&job).take() {
                    refuse(job, receiver, thread_error("a thread", error));
                }
            }
        }
    }

    pub(super) fn cancel(&self, tag: u64, reason: CancelReason) -> bool {
        let key = JobKey::Submitted(tag);
        let token = lock(&self.jobs.running).get(&key).cloned();
        token.inspect(|token| token.cancel_with(reason)).is_some()
    }

    pub(super) fn set_notify(&self, notify: Box<dyn Fn() + Send + Sync>) {
        let set = &self.notify;
        *set.write().unwrap_or_else(PoisonError::into_inner) = Some(notify);
        self.queue.notify_again();
    }

    pub(super) fn take(&self, out: &mut Vec<(u64, Outcome)>) {
        let mut mail = Vec::new();
        self.queue.take(&mut mail);
        // Nothing else can be there, since no observer has this mailbox.
        out.extend(mail.into_iter().filter_map(|mail| match mail.event {
            Event::Ended(outcome) => mail.tag.map(|tag| (tag, outcome)),
            _ => None,
        }));
    }
}

/// Ends a job on this thread, since nothing can drive it.
fn refuse(job: Prepared, receiver: Receiver, error: TransportError) {
    let origin = receiver.origin.clone();
    let outcome = origin.within(|| undriven::end(job, error));
    receiver.end(outcome);
}

impl Drop for Background {
    fn drop(&mut self) {
        // Outcomes are not taken any more.
        let notify = self.notify.write();
        *notify.unwrap_or_else(PoisonError::into_inner) = None;
        // Jobs that have not begun must not begin now, but still end with a trail.
        let running: Vec<CancelToken> = lock(&self.jobs.running).values().cloned().collect();
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
    fn start() -> Result<Self, TransportError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| thread_error("its event loop", e))?;
        let handle = runtime.handle().clone();
        let (submit, submitted) = unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("reqtrail".to_owned())
            // Calls that are under way when the host is dropped are dropped with the runtime, and so cancelled.
            .spawn(move || {
                crate::signals::block_sigpipe();
                runtime.block_on(drive(submitted));
                // It does not wait for what may still be under way.
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

async fn drive(mut submitted: UnboundedReceiver<Box<Submission>>) {
    let begun = Arc::<AtomicUsize>::default();
    let mut spawned = 0;
    let mut known: Option<(Arc<Line>, AnyTransport)> = None;
    while let Some(submission) = submitted.recv().await {
        let Submission {
            job,
            receiver,
            line,
            by_clock,
            served,
        } = *submission;
        // A host has one line, so the transport is made once.
        let transport = match &known {
            Some((same, transport)) if Arc::ptr_eq(same, &line) => transport.clone(),
            // The program's code may run here.
            _ => match catch_unwind(AssertUnwindSafe(|| line.for_this_runtime())) {
                Ok(transport) => {
                    known = Some((line, transport.clone()));
                    transport
                }
                Err(_) => {
                    let what = "no transport: the function given to wrap_transport panicked";
                    let error = TransportError::new(Failure::Unusable, what);
                    serving::carry(served, || refuse(job, receiver, error));
                    continue;
                }
            },
        };
        let begun = Arc::clone(&begun);
        spawned += 1;
        match job {
            Prepared::Call(call) => {
                let origin = receiver.origin.clone();
                let begun = move || {
                    begun.fetch_add(1, Ordering::Relaxed);
                };
                let ended = move |result| receiver.end(Outcome::Call(result));
                match transport {
                    AnyTransport::BuiltIn(built_in) => {
                        spawn(built_in, call, origin, by_clock, served, begun, ended);
                    }
                    AnyTransport::Own(own) => {
                        spawn(own, call, origin, by_clock, served, begun, ended)
                    }
                }
            }
            Prepared::Operation(shared, work) => {
                if submitted.is_closed() {
                    work.cancel.cancel();
                }
                let operation = ORIGIN.scope(receiver.origin.clone(), async move {
                    begun.fetch_add(1, Ordering::Relaxed);
                    let result = work.run(shared, transport).await;
                    receiver.end(Outcome::Operation(result));
                });
                spawn_watched(by_clock, served, Box::pin(operation));
            }
        }
    }
    // The runtime ends now and drops what is under way. A call that it never polled would end without a trail.
    while begun.load(Ordering::Relaxed) < spawned {
        tokio::task::yield_now().await;
    }
}

/// Makes a call as a task of the runtime. `begun` is called when it is first polled, and `ended` with its result.
fn spawn<T: Transport>(
    transport: Arc<T>,
    call: PreparedCall,
    origin: Origin,
    by_clock: ByClock,
    served: Clients,
    begun: impl FnOnce() + Send + 'static,
    ended: impl FnOnce(CallResult) + Send + 'static,
) {
    let PreparedCall { shared, mut plan } = call;
    let call = ORIGIN.scope(origin, async move {
        begun();
        let result = run_call(&shared, &*transport, &mut plan).await;
        // The receiver of the outcome may free everything.
        drop((shared, transport));
        ended(result);
    });
    // Boxed: tokio moves a task several times, also when it has ended, and this one is large.
    let call = Box::pin(call);
    if served.is_empty() && !by_clock.is_virtual() {
        tokio::spawn(call);
    } else {
        spawn_watched(by_clock, served, call);
    }
}

/// Makes a task of work that a clock may watch, or that runs on behalf of refreshers. One type serves all, since the
/// code of a task is compiled once for each type.
fn spawn_watched(
    by_clock: ByClock,
    served: Clients,
    work: Pin<Box<dyn Future<Output = ()> + Send>>,
) {
    tokio::spawn(Box::pin(by_clock.around(serving::carried(served, work))));
}

impl Receiver {
    /// Passes the outcome to its receiver.
    fn end(mut self, outcome: Outcome) {
        self.has_ended = true;
        lock(&self.jobs.running).remove(&self.key);
        if let Some(done) = self.done.take() {
            if catch_unwind(AssertUnwindSafe(|| done(outcome))).is_err() {
                tracing::error!(target: "reqtrail", "the receiver of an outcome panicked");
            }
            return;
        }
        let Origin { tag, lane } = &self.origin;
        if let Some(lane) = lane {
            lane.end(*tag, outcome);
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        lock(&self.jobs.running).remove(&self.key);
        let Origin { tag, lane } = &self.origin;
        if let Some(lane) = lane {
            let closed = "cancelled: the client was closed before the call had ended";
            let error = Error::new(ErrorKind::Cancelled, closed);
            let outcome = match self.is_call {
                true => Outcome::Call(Err(error)),
                false => Outcome::Operation(Err(error)),
            };
            lane.end(*tag, outcome);
        }
    }
}

impl std::fmt::Debug for Background {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Background")
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} jobs under way", lock(&self.running).len())
    }
}
