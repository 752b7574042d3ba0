//! The functions of an error return every field of the core's record.

use std::ffi::CStr;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use reqtrail::Client;
use reqtrail::host::FieldValue;
use serde_json::Value;

use super::*;
use crate::codes::CATEGORY_NAMES;
use crate::fault::Fault;

type Text = unsafe extern "C" fn(*const reqtrail_error, *mut usize) -> *const c_char;

/// Answers one request.
fn serve(listener: &TcpListener, answer: &Value) {
    let (mut socket, _) = listener.accept().expect("a connection");
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(b"\r\n\r\n") {
        let count = socket.read(&mut buffer).expect("a request");
        assert_ne!(count, 0, "the whole request");
        request.extend_from_slice(&buffer[..count]);
    }
    let mut reply = format!("HTTP/1.1 {} Status\r\n", answer["status"]).into_bytes();
    for pair in answer["headers"].as_array().expect("headers") {
        let [name, value] = [&pair[0], &pair[1]].map(|text| text.as_str().expect("a text"));
        write!(reply, "{name}: {value}\r\n").expect("memory");
    }
    let text = answer["body"].as_str().expect("a text");
    let byte = |c| u8::try_from(u32::from(c)).expect("a byte");
    let body: Vec<u8> = text.chars().map(byte).collect();
    write!(reply, "Content-Length: {}\r\n\r\n", body.len()).expect("memory");
    reply.extend_from_slice(&body);
    socket.write_all(&reply).expect("the reply is sent");
}

/// The error of one of the core's cases.
fn failed(case: &Value) -> Error {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let builder = match case["dialect"].as_str() {
        Some("openstack") => Client::openstack(url),
        _ => Client::novavms(url),
    };
    let client = builder.max_attempts(1).build_blocking().expect("a client");
    let path = case["path"].as_str().expect("a path");
    std::thread::scope(|scope| {
        let answer = &case["answer"];
        if !answer.is_null() {
            scope.spawn(|| serve(&listener, answer));
        }
        client.get(path).send().expect_err("the call fails")
    })
}

fn text(error: *const reqtrail_error, of: Text) -> Option<String> {
    let mut length = 0;
    // SAFETY: the handle is good, and a text is as long as it says.
    let bytes = unsafe {
        let data = of(error, &raw mut length);
        (!data.is_null()).then(|| std::slice::from_raw_parts(data.cast::<u8>(), length))
    };
    bytes.map(|bytes| String::from_utf8(bytes.to_vec()).expect("UTF-8"))
}

fn named(names: &[(i32, &CStr)], number: i32) -> Option<String> {
    let found = names.iter().find(|(own, _)| *own == number);
    found.map(|(_, name)| name.to_str().expect("UTF-8").to_owned())
}

/// Compares a field with what its function returns.
fn compare(error: *const reqtrail_error, core: &Error, name: &str, value: &FieldValue<'_>) {
    let api = core.api();
    // SAFETY: the handle is good.
    let numbers = unsafe {
        match name {
            "kind" => Some(named(CODES_NAMES, reqtrail_error_kind(error))),
            "category" => Some(named(CATEGORY_NAMES, reqtrail_error_category(error))),
            _ => None,
        }
    };
    let have = match name {
        "kind" | "category" => numbers.flatten(),
        "display" => text(error, reqtrail_error_display),
        "message" => text(error, reqtrail_error_message),
        "code" => text(error, reqtrail_error_code),
        "request_id" => text(error, reqtrail_error_request_id),
        "raw_code" => text(error, reqtrail_error_raw_code),
        "title" => text(error, reqtrail_error_title),
        "details" => text(error, reqtrail_error_details),
        "hint" => text(error, reqtrail_error_hint),
        "documentation_url" => text(error, reqtrail_error_documentation_url),
        "microversion" => text(error, reqtrail_error_microversion),
        // The record omits these if they are equal to the body.
        "text" => {
            let text = text(error, reqtrail_error_text);
            assert_eq!(text.as_deref(), api.map(|api| api.text()).as_deref());
            return;
        }
        "json" => {
            let json = text(error, reqtrail_error_json);
            assert_eq!(
                json.as_deref(),
                api.and_then(|api| api.json_text()).as_deref()
            );
            return;
        }
        _ => return compare_others(error, name, value),
    };
    match value {
        FieldValue::Text(want) => assert_eq!(have.as_deref(), Some(&**want), "{name}"),
        FieldValue::Null => assert_eq!(have, None, "{name}"),
        other => panic!("{name} is {other:?}"),
    }
}

fn compare_others(error: *const reqtrail_error, name: &str, value: &FieldValue<'_>) {
    // SAFETY: the handle is good, and so is what its functions return.
    unsafe {
        match (name, value) {
            ("status", FieldValue::Null) => assert_eq!(reqtrail_error_status(error), 0),
            ("status", FieldValue::Number(want)) => {
                assert_eq!(reqtrail_error_status(error), i32::from(*want));
            }
            ("may_have_been_sent", FieldValue::Bool(want)) => {
                assert_eq!(reqtrail_error_may_have_been_sent(error), *want);
            }
            ("retry_after", FieldValue::Null) => {
                assert!(reqtrail_error_retry_after_ms(error) < 0.0);
            }
            ("retry_after", FieldValue::Duration(want)) => {
                let seconds = reqtrail_error_retry_after_ms(error) / 1e3;
                assert!((seconds - want.as_secs_f64()).abs() < 1e-9, "{seconds}");
            }
            ("rate_limit", FieldValue::Null) => {
                assert!(!reqtrail_error_rate_limit(error, std::ptr::null_mut()));
            }
            ("rate_limit", FieldValue::RateLimit(want)) => {
                let mut limit = std::mem::MaybeUninit::<reqtrail_rate_limit>::uninit();
                assert!(reqtrail_error_rate_limit(error, limit.as_mut_ptr()));
                let (have, want) = (limit.assume_init(), reqtrail_rate_limit::of(*want));
                let shown = |limit: &reqtrail_rate_limit| format!("{limit:?}");
                assert_eq!(shown(&have), shown(&want));
            }
            ("headers", FieldValue::Headers(want)) => {
                let mut count = 0;
                let rows = reqtrail_error_headers(error, &raw mut count);
                let rows = std::slice::from_raw_parts(rows, count);
                assert_eq!(rows.len(), want.len());
                for (row, (name, value)) in rows.iter().zip(*want) {
                    assert_eq!(
                        CStr::from_ptr(row.name).to_bytes(),
                        name.as_str().as_bytes()
                    );
                    assert_eq!(CStr::from_ptr(row.value).to_bytes(), value.as_bytes());
                }
            }
            ("body", FieldValue::Bytes(want)) => {
                let mut length = 0;
                let body = reqtrail_error_body(error, &raw mut length);
                assert_eq!(std::slice::from_raw_parts(body, length), *want);
            }
            (name, value) => panic!("no function returns {name}, which is {value:?}"),
        }
    }
}

#[test]
fn an_error_has_every_field_of_the_cores_record() {
    let cases = include_str!("../../../core/tests/golden/errors.json");
    let cases: Vec<Value> = serde_json::from_str(cases).expect("JSON");
    for case in &cases {
        let core = failed(case);
        let error = Fault::Core(Box::new(core.clone())).into_handle();
        let compared = ErrorRecord::new(&core, Spelling::C).each(|name, value| {
            compare(&raw const *error, &core, name, &value);
            Ok::<_, std::convert::Infallible>(())
        });
        assert_eq!(compared, Ok(()));
    }
}
