//! Servers by their names, and servers that do not exist.

use reqtrail::Category;
use reqtrail::openstack::{ActionError, Verdict};
use serde_json::json;

use crate::support::{act, active, compute, end};

/// A name with characters that have a meaning in regular expressions.
const ODD: &str = r"we.b (a|b) [1]+$^{2}*?\x";

#[tokio::test]
async fn a_server_is_found_by_its_exact_name() {
    let id = active("member", ODD, json!({})).await;
    // Names that match if the name is used as an expression, or as a part.
    for near in [r"weXb (a|b) [1]+$^{2}*?\x", "we.b (a|b) [1]+$^{2}*?"] {
        let _ = active("member", near, json!({})).await;
    }
    let member = compute("member");
    let accepted = act(member.client(), &id, json!({ "pause": null })).await;
    let report = end(&member, ODD, &accepted).await.expect("a success");
    assert_eq!(
        (report.verdict, &report.server_id),
        (Verdict::Succeeded, &id),
        "{report}"
    );
    // The trail of the request, then that of the look-up.
    assert_eq!(report.trails[1].path(), "/servers");
    let history = member.explain(ODD).send().await.expect("a history");
    assert_eq!((history.server_id, history.actions.len()), (id, 2));
}

#[tokio::test]
async fn an_unknown_name_and_a_name_of_several_servers_are_refused() {
    let member = compute("member");
    let failed = member.explain("nobody-has-this").send().await;
    let failed = failed.expect_err("no such server");
    assert_eq!(
        failed.error.category(),
        Some(Category::NotFound),
        "{failed}"
    );
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(active("member", "twins", json!({})).await);
    }
    let failed = member.follow("twins", "req-1").send().await;
    let failed = failed.expect_err("several");
    let text = failed.to_string();
    assert!(ids.iter().all(|id| text.contains(id)), "{text}");
}

#[tokio::test]
async fn an_unknown_server_and_one_of_another_project_are_not_found() {
    let id = active("member", "theirs", json!({})).await;
    let member = compute("member");
    let accepted = act(member.client(), &id, json!({ "lock": null })).await;
    let unknown = "344174b8-34fd-4017-ae29-b9084dcf3861";
    for (user, id) in [("other", &*id), ("member", unknown)] {
        let failed = end(&compute(user), id, &accepted).await;
        let failed = failed.expect_err("no such server");
        let ActionError::Unfollowed { error, report } = &failed else {
            panic!("nothing says that the action failed: {failed}")
        };
        assert_eq!(error.category(), Some(Category::NotFound), "{failed}");
        assert_eq!(report.verdict, Verdict::Unknown);
        assert!(report.followed_ms < 20_000, "{report}");
        let history = compute(user).explain(id).send().await;
        let history = history.expect_err("no such server");
        assert_eq!(history.error.category(), Some(Category::NotFound));
    }
}
