use proptest::prelude::*;

use super::*;

fn message(page: &str) -> Option<String> {
    read(page).message
}

#[test]
fn a_page_says_its_text_without_its_first_heading() {
    for (page, wanted) in [
        // Swift.
        (
            "<html><h1>Not Found</h1><p>The resource could not be found.</p></html>",
            "The resource could not be found.",
        ),
        // WebOb.
        (
            "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  No image found with \
             ID i<br /><br />\n\n\n\n </body>\n</html>",
            "No image found with ID i",
        ),
        // HAProxy.
        (
            "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n",
            "No server is available to handle this request.",
        ),
        // nginx.
        (
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad \
             Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n",
            "nginx/1.18.0",
        ),
        // Apache.
        (
            "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>503 Service Unavailable</title>\n\
             </head><body>\n<h1>Service Unavailable</h1>\n<p>Please try again\nlater.</p>\n<hr>\n<address>Apache/2.4.41 \
             Server at a Port 80</address>\n</body></html>",
            "Please try again later. Apache/2.4.41 Server at a Port 80",
        ),
        ("<h1>One</h1><h2>Two</h2><h1>Three</h1>", "Two Three"),
        ("<h1></h1><h2>Two</h2>four", "four"),
        ("before<h3>Head</h3>after", "before after"),
        (
            "<H1 class=\"a > b\">No</H1><P>Yes<BR>No<br/>more",
            "Yes No more",
        ),
        ("<h1>Bad <span>gateway</span><p>m", "m"),
    ] {
        assert_eq!(message(page).as_deref(), Some(wanted), "{page}");
    }
}

#[test]
fn a_heading_or_a_title_stands_in_for_a_text() {
    for (page, wanted, title) in [
        (
            "<html><h1>Not  Found</h1></html>",
            Some("Not Found"),
            Some("Not Found"),
        ),
        (
            "<title>404</title><h1>Not Found</h1><p> </p>",
            Some("Not Found"),
            Some("Not Found"),
        ),
        (
            "<title>404 &amp; x</title><h1> </h1>",
            Some("404 & x"),
            Some("404 & x"),
        ),
        ("<title>404</title><p>m</p>", Some("m"), Some("404")),
        (
            "<svg><title>a</title></svg><title>b</title>",
            Some("a"),
            Some("a"),
        ),
        ("<h1>Not Fo", Some("Not Fo"), Some("Not Fo")),
        ("<html></html>", None, None),
        ("", None, None),
        ("<!-- all -->", None, None),
    ] {
        let decoded = read(page);
        assert_eq!(decoded.message.as_deref(), wanted, "{page}");
        assert_eq!(decoded.title.as_deref(), title, "{page}");
        assert_eq!((decoded.code, decoded.request_id), (None, None), "{page}");
    }
}

#[test]
fn what_is_no_text_is_left_out() {
    for (page, wanted) in [
        ("<style>p { color: red }</style>m", "m"),
        ("<script>if (a < b) { x = \"</p>\" }</SCRIPT>m", "m"),
        ("<script src='a'/>m", "m"),
        ("a<!-- <p>b</p> -->c", "ac"),
        ("a<!-->b", "ab"),
        ("<!--[if lt IE 7]> <html class=\"old\"> <![endif]-->m", "m"),
        ("<?xml version=\"1.0\"?><!DOCTYPE html><html>m</html>", "m"),
        ("<p title='1 > 0'>m</p>", "m"),
        ("<p title=\">m</p>n", "m n"),
        ("a <b>bold</b>, <em>x</em>.", "a bold, x."),
        ("1 < 2 <> 3 <", "1 < 2 <> 3 <"),
        (
            "&lt;class &#39;X&#x27;&gt;&nbsp;&copy; &hellip; &unknown; &#0;",
            "<class 'X'> © … &unknown; &#0;",
        ),
        ("&amp;lt;", "&lt;"),
        // Cut before the end.
        ("m<p", "m"),
        ("m<!-- c", "m"),
        ("m<script>x", "m"),
        ("m</p", "m"),
        ("Upload exceeds quota.", "Upload exceeds quota."),
    ] {
        assert_eq!(message(page).as_deref(), Some(wanted), "{page}");
    }
}

#[test]
fn a_page_is_known_by_its_beginning() {
    for page in [
        "<html>",
        " \n<!DOCTYPE html>",
        "<!doctype HTML PUBLIC \"x\">",
        "<!-- c --> <!-- d --><HTML lang=\"en\">",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE html>",
        "<h1>",
        "<p",
        "<center/>",
    ] {
        assert!(begins(page), "{page}");
    }
    for other in [
        "",
        "html",
        "<",
        "<class 'X'>",
        "<htmlx>",
        "<html:div>",
        "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code></Error>",
        "<!-- c",
        "<error_message>m</error_message>",
        "m<br />",
        "<é>",
    ] {
        assert!(!begins(other), "{other}");
    }
}

#[test]
fn hostile_pages_cost_no_more_than_their_length() {
    // Each of these takes minutes if the rest is searched again from every beginning.
    for hostile in [
        "<!--",
        "<a ",
        "<a b=\"",
        "<a b='\" c=\"",
        "<script>",
        "</",
        "&",
        "<?",
        "<h1>",
    ] {
        for end in ["", ">", "-->", "\"'>"] {
            let page = hostile.repeat((1 << 18) / hostile.len()) + end;
            read(&page);
        }
    }
}

proptest! {
    #[test]
    fn no_page_panics(page in "(<|>|&|;|/|\"|'|=|!|#|<h1>|</h1>|<title>|<script>|<!--|-->|&amp;|é|p| |\\PC){0,40}") {
        let decoded = read(&page);
        let _ = begins(&page);
        let message = decoded.message.unwrap_or_else(|| "m".to_owned());
        prop_assert_eq!(folded(&message), message);
    }
}
