//! What waits for a client's program: the one lane of its mailbox.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, RwLock};

use reqtrail::host::mailbox::{Lane, Mail, Mailbox};

use crate::lock::{lock, read, replace};

/// What is called when something waits.
pub(crate) type Notify = Box<dyn Fn() + Send + Sync>;

/// What is set now.
type Slot = RwLock<Option<Notify>>;

/// What happened in submitted work, and its results, until the program takes them.
pub(crate) struct Inbox {
    pub(crate) mailbox: Mailbox,
    pub(crate) lane: Lane,
    notify: Arc<Slot>,
    /// What was taken from the lane, and did not fit into the program's array.
    left: Mutex<VecDeque<Mail>>,
}

impl Inbox {
    pub(crate) fn new(mailbox: Mailbox) -> Self {
        let notify = Arc::<Slot>::default();
        let set = Arc::clone(&notify);
        Self {
            lane: mailbox.open_lane(move || publish(&set)),
            mailbox,
            notify,
            left: Mutex::default(),
        }
    }

    /// Sets what is notified, and notifies it at once if something waits.
    pub(crate) fn set_notify(&self, notify: Option<Notify>) {
        drop(replace(&self.notify, notify));
        if lock(&self.left).is_empty() {
            self.lane.notify_again();
        } else {
            publish(&self.notify);
        }
    }

    /// Takes so much, in order.
    pub(crate) fn take(&self, most: usize) -> Vec<Mail> {
        let mut left = lock(&self.left);
        if left.len() < most {
            let mut waiting = Vec::from(std::mem::take(&mut *left));
            self.lane.take(&mut waiting);
            *left = waiting.into();
        }
        let count = most.min(left.len());
        left.drain(..count).collect()
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        // Nobody is notified of what ends with the client.
        self.lane.close();
        drop(replace(&self.notify, None));
    }
}

fn publish(slot: &Slot) {
    if let Some(notify) = &*read(slot) {
        notify();
    }
}
