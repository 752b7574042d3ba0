//! Cursor pages over a list.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Value, json};

use crate::fields::Fields;
use crate::reply::ApiError;

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// The page that a request asks for.
#[derive(Debug)]
pub(crate) struct Page {
    list: &'static str,
    after: Option<u64>,
    limit: usize,
}

impl Page {
    /// Reads `cursor` and `limit`. Refusing a limit out of range is a choice.
    pub(crate) fn from_query(list: &'static str, query: &Fields) -> Result<Self, ApiError> {
        let after = query.optional("cursor")?.map(|cursor| {
            decode(list, cursor)
                .ok_or_else(|| query.invalid("cursor", "is not a cursor of this list"))
        });
        let limit = query.optional("limit")?.map(|limit| {
            let limit = limit
                .parse()
                .ok()
                .filter(|limit| (1..=MAX_LIMIT).contains(limit));
            limit.ok_or_else(|| query.invalid("limit", "must be a number from 1 to 100"))
        });
        Ok(Self {
            list,
            after: after.transpose()?,
            limit: limit.transpose()?.unwrap_or(DEFAULT_LIMIT),
        })
    }

    /// Returns the page of a list, whose items come in order of rank.
    ///
    /// A cursor has the rank of the last item seen, not a position. Items that are added or deleted
    /// between two pages therefore neither hide nor repeat another item.
    pub(crate) fn of<T: Serialize>(&self, items: impl Iterator<Item = (u64, T)>) -> Value {
        let all: Vec<(u64, T)> = items.collect();
        let is_left = |rank: u64| self.after.is_none_or(|after| rank > after);
        let left: Vec<&(u64, T)> = all.iter().filter(|(rank, _)| is_left(*rank)).collect();
        let data: Vec<&T> = left.iter().take(self.limit).map(|(_, item)| item).collect();
        let last = left.get(self.limit - 1).filter(|_| left.len() > self.limit);
        let next_cursor = last.map(|(rank, _)| encode(self.list, *rank));
        json!({ "data": data, "next_cursor": next_cursor, "total": all.len() })
    }
}

fn encode(list: &str, rank: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list}:{rank}"))
}

fn decode(list: &str, cursor: &str) -> Option<u64> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix(list)?.strip_prefix(':')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Result<Page, ApiError> {
        Page::from_query("events", &Fields::from_query(Some(query)))
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let ranks = |count: u64| (0..count).map(|rank| (rank, rank));
        let whole = page("limit=3").expect("a page").of(ranks(3));
        assert_eq!(
            whole,
            json!({"data": [0, 1, 2], "next_cursor": null, "total": 3})
        );
        let first = page("limit=3").expect("a page").of(ranks(4));
        let cursor = first["next_cursor"].as_str().expect("a cursor");
        let second = page(&format!("limit=3&cursor={cursor}"))
            .expect("a page")
            .of(ranks(4));
        assert_eq!(
            second,
            json!({"data": [3], "next_cursor": null, "total": 4})
        );
    }

    #[test]
    fn wrong_cursors_and_limits_are_refused() {
        let foreign = encode("cameras", 3);
        for query in [
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=",
            "cursor=%21",
            "cursor=abc",
        ] {
            assert!(page(query).is_err(), "{query}");
        }
        assert!(page(&format!("cursor={foreign}")).is_err());
    }
}
