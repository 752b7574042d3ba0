//! Changes trails for a record: removes URLs, or attempts for which there is no room.

use serde_json::Value;

use super::JournalUrls;
use crate::trail::Trail;

/// The longest line.
pub(super) const MOST_BYTES: usize = 256 * 1024;

/// A trail whose attempts have the path template instead of the URL's path and query.
pub(super) fn without_urls(trail: &Trail) -> Value {
    let mut value = serde_json::to_value(trail).unwrap_or_default();
    let url = format!("{}{}", trail.origin(), trail.path());
    for attempt in attempts(&mut value).into_iter().flatten() {
        if let Some(Value::String(shown)) = attempt.get_mut("url") {
            shown.clone_from(&url);
        }
    }
    value
}

/// Leaves out attempts from the middle until the line is short enough. `write` gets the trail and the number of missing
/// attempts, and returns the length of the line.
pub(super) fn shortened(
    trail: &Trail,
    urls: JournalUrls,
    mut write: impl FnMut(Value, usize) -> usize,
) {
    let whole = match urls {
        JournalUrls::Full => serde_json::to_value(trail).unwrap_or_default(),
        JournalUrls::Template => without_urls(trail),
    };
    let all = trail.attempts().len();
    // The end of the call says most, and its beginning comes next.
    let mut kept = all / 2;
    loop {
        let mut value = whole.clone();
        if let Some(list) = attempts(&mut value) {
            let head = (kept / 2).min(list.len());
            let tail = list.len().saturating_sub(kept.div_ceil(2)).max(head);
            list.drain(head..tail);
        }
        if write(value, all - kept) <= MOST_BYTES || kept == 0 {
            return;
        }
        kept /= 2;
    }
}

fn attempts(value: &mut Value) -> Option<&mut Vec<Value>> {
    value.get_mut("attempts")?.as_array_mut()
}
