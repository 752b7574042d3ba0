//! Events and results that wait for the program: the only lane of a client's mailbox.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, RwLock};

use reqtrail::host::mailbox::{Lane, Mail, Mailbox};

use crate::lock::{lock, read, replace};

/// Is called when something waits to be taken.
pub(crate) type Notify = Box<dyn Fn() + Send + Sync>;

/// The current notification.
type NotifyCell = RwLock<Option<Notify>>;

/// Holds the events and results of submitted work until the program takes them.
pub(crate) struct Inbox {
    pub(crate) mailbox: Mailbox,
    pub(crate) lane: Lane,
    notify: Arc<NotifyCell>,
    /// Mail that was taken from the lane but did not fit into the program's array.
    left: Mutex<VecDeque<Mail>>,
}

impl Inbox {
    pub(crate) fn new(mailbox: Mailbox) -> Self {
        let notify = Arc::<NotifyCell>::default();
        let set = Arc::clone(&notify);
        Self {
            lane: mailbox.open_lane(move || publish(&set)),
            mailbox,
            notify,
            left: Mutex::default(),
        }
    }

    /// Sets the notification, and calls it at once if something waits.
    pub(crate) fn set_notify(&self, notify: Option<Notify>) {
        drop(replace(&self.notify, notify));
        if lock(&self.left).is_empty() {
            self.lane.notify_again();
        } else {
            publish(&self.notify);
        }
    }

    /// Takes up to `most` items, in order.
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
        // Results that end with the client notify nobody.
        self.lane.close();
        drop(replace(&self.notify, None));
    }
}

fn publish(cell: &NotifyCell) {
    if let Some(notify) = &*read(cell) {
        notify();
    }
}
