//! An adapter for the runner's own tests: a minimal HTTP client that makes one attempt per call and reports it
//! correctly, or with the fault that a test asks for.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqtrail_conformance::Adapter;
use serde_json::{Value, json};

static CALLS: AtomicU64 = AtomicU64::new(1);

/// What the adapter does wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It changes the answer after the calls.
    Answer(fn(&mut Value)),
    /// It changes the headers before a request is sent.
    Headers(fn(&mut Vec<(String, String)>)),
    /// It sends a second request that is not in the trail.
    ExtraRequest,
}

/// The adapter.
#[derive(Debug)]
pub(crate) struct FixtureAdapter {
    fault: Fault,
}

/// A response.
struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl FixtureAdapter {
    pub(crate) fn new() -> Self {
        Self { fault: Fault::None }
    }

    pub(crate) fn with_fault(fault: Fault) -> Self {
        Self { fault }
    }

    fn call(&self, job: &Value, request: &Value) -> Value {
        let number = CALLS.fetch_add(1, Ordering::Relaxed);
        let trace_id = format!("{:016x}8{:015x}", 0x0000_0000_0000_4000_u64, number);
        let call_id = format!("00000000-0000-4000-8000-{number:012x}");
        let span_id = format!("{number:016x}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let base = text(&job["base_url"]);
        let origin: String = base.split('/').take(3).collect::<Vec<_>>().join("/");
        let target = format!("{}{}", &base[origin.len()..], target(request));
        let mut headers = vec![(
            "authorization".to_owned(),
            format!("Bearer {}", text(&job["client"]["token"])),
        )];
        if job["client"]["traceparent"] != json!(false) {
            let traceparent = format!("00-{trace_id}-{span_id}-01");
            headers.push(("traceparent".to_owned(), traceparent));
        }
        for pair in request["headers"].as_array().into_iter().flatten() {
            headers.push((text(&pair[0]), text(&pair[1])));
        }
        if let Fault::Headers(falsify) = self.fault {
            falsify(&mut headers);
        }
        let body = match (&request["json"], &request["text"]) {
            (Value::Null, Value::String(text)) => text.clone(),
            (Value::Null, _) => String::new(),
            (json, _) => json.to_string(),
        };
        let method = text(&request["method"]);
        let address = origin.trim_start_matches("http://").to_owned();
        let send = || exchange(&address, &method, &target, &headers, &body);
        let began = Instant::now();
        let response = send();
        let elapsed = began.elapsed().as_secs_f64() * 1000.0;
        if matches!(self.fault, Fault::ExtraRequest) {
            drop(send());
        }
        let trail = json!({
            "schema": "reqtrail.trail/1", "client": "reqtrail/0.1.0", "call_id": call_id,
            "trace_id": trace_id, "correlation_id": null, "dialect": "novavms", "service": null,
            "method": method, "origin": origin,
            "path": request["path"], "started_at": "2026-01-01T00:00:00.000Z",
            "elapsed_ms": elapsed, "outcome": "ok", "stopped": "succeeded", "notes": [],
            "attempts": [{
                "number": 1, "cause": "initial", "method": method, "span_id": span_id,
                "url": format!("{origin}{target}"), "remote_address": null, "status": null, "request_id": null,
                "request_id_source": null, "request_id_notes": [], "body_request_id": null,
                "error_code": null, "category": null, "failure": null, "failure_code": null,
                "failure_reason": null, "sent": "yes", "processed": true, "started_ms": 0.0,
                "elapsed_ms": elapsed, "retry_after_ms": null, "wait_ms": null, "wait_reason": null
            }]
        });
        match response {
            Ok(response) => answered(trail, &response),
            Err(error) => broken(trail, &error),
        }
    }
}

impl Adapter for FixtureAdapter {
    fn name(&self) -> &str {
        "fixture"
    }

    fn has(&self, _need: &str) -> bool {
        false
    }

    fn play(&mut self, job: &Value, _limit: Duration) -> Result<Value, String> {
        let mut results = Vec::new();
        for call in job["calls"].as_array().into_iter().flatten() {
            for _ in 0..call["request"]["repeat"].as_u64().unwrap_or(1) {
                results.push(self.call(job, &call["request"]));
            }
        }
        let mut answer = json!({"id": job["id"], "results": results});
        if let Fault::Answer(falsify) = self.fault {
            falsify(&mut answer);
        }
        Ok(answer)
    }
}

fn target(request: &Value) -> String {
    let mut target = request["path"].as_str().unwrap_or_default().to_owned();
    let query = request["query"].as_array().into_iter().flatten();
    for (index, pair) in query.enumerate() {
        target.push(if index == 0 { '?' } else { '&' });
        let text = |index: usize| pair[index].as_str().unwrap_or_default();
        target.push_str(&format!("{}={}", text(0), text(1)));
    }
    target
}

fn exchange(
    address: &str,
    method: &str,
    target: &str,
    headers: &[(String, String)],
    body: &str,
) -> io::Result<Response> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut head = format!("{method} {target} HTTP/1.1\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(head.as_bytes())?;
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        let mut buffer = [0; 1024];
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let status = head.get(9..12).and_then(|status| status.parse().ok());
    let headers: Vec<(String, String)> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, length)| length.parse().unwrap_or(0));
    let mut rest = vec![0; usize::saturating_sub(length, body.len())];
    stream.read_exact(&mut rest)?;
    body.append(&mut rest);
    Ok(Response {
        status: status.ok_or(io::ErrorKind::InvalidData)?,
        headers,
        body,
    })
}

fn answered(mut trail: Value, response: &Response) -> Value {
    let header = |name: &str| {
        let found = response.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.clone())
    };
    let ok = (200..300).contains(&response.status);
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let in_header = header("x-request-id");
    let in_body = body["request_id"].as_str().filter(|_| !ok);
    let request_id = in_header.clone().or(in_body.map(str::to_owned));
    let attempt = &mut trail["attempts"][0];
    attempt["status"] = response.status.into();
    attempt["request_id"] = json!(request_id);
    attempt["request_id_source"] = match (&in_header, in_body) {
        (Some(_), _) => json!("header:x-request-id"),
        (None, Some(_)) => json!("body"),
        (None, None) => Value::Null,
    };
    if in_header.is_some() && in_body.is_some() && in_header.as_deref() != in_body {
        attempt["body_request_id"] = json!(in_body);
        attempt["request_id_notes"] = json!(["body_mismatch"]);
    }
    if request_id.is_none() {
        attempt["request_id_notes"] = json!(["missing"]);
    }
    if ok {
        let text = String::from_utf8_lossy(&response.body).into_owned();
        return json!({"ok": {"status": response.status, "request_id": request_id,
            "headers": response.headers, "text": text, "json": body, "trail": trail}});
    }
    attempt["error_code"] = body["error"].clone();
    trail["outcome"] = json!("api");
    trail["stopped"] = json!("not_retryable");
    let category = match response.status {
        404 => "not_found",
        _ => "unknown",
    };
    let id = request_id.clone().unwrap_or_default();
    json!({"error": {"kind": "api", "category": category, "code": body["error"],
        "status": response.status, "request_id": request_id, "message": body["message"],
        "retry_after_ms": null, "display": format!("status {} ({id})", response.status),
        "trail": trail}})
}

fn broken(mut trail: Value, error: &io::Error) -> Value {
    trail["outcome"] = json!("transport");
    trail["stopped"] = json!("unsafe_to_retry");
    trail["attempts"][0]["failure"] = json!("transport");
    trail["attempts"][0]["failure_reason"] = json!(error.to_string());
    trail["attempts"][0]["sent"] = json!("unknown");
    trail["attempts"][0]["processed"] = Value::Null;
    trail["attempts"][0]["request_id_notes"] = json!(["missing"]);
    json!({"error": {"kind": "transport", "category": null, "code": null, "status": null,
        "request_id": null, "message": error.to_string(), "retry_after_ms": null,
        "display": error.to_string(), "trail": trail}})
}
