//! `/users`.

use super::ApiRequest;
use crate::paging::Page;
use crate::reply::{ApiError, Reply};
use crate::store::Store;

pub(super) fn list(store: &Store, request: &ApiRequest) -> Result<Reply, ApiError> {
    let page = Page::from_query("users", &request.query())?;
    Ok(Reply::ok(&page.of((0..).zip(&store.users))))
}
