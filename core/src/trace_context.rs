//! W3C Trace Context: the `traceparent` of each attempt (<https://www.w3.org/TR/trace-context/>).

use std::fmt;

/// A trace that a call belongs to: 32 hex digits and the flags.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct TraceContext {
    trace_id: TraceId,
    flags: u8,
}

impl TraceContext {
    /// A trace that starts with the call: its ID's hex digits, sampled.
    pub(crate) fn start(call_id: uuid::Uuid) -> Self {
        Self {
            trace_id: TraceId(call_id.as_u128()),
            flags: 1,
        }
    }

    /// The trace of a `traceparent` that the caller set; `None` for one that is invalid (§3.2.2), after which a new
    /// trace has to be started.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (version, trace, parent, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let hex = |part: &str, len: usize| {
            part.len() == len && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let whole = hex(version, 2) && hex(trace, 32) && hex(parent, 16) && hex(flags, 2);
        let zero = |part: &str| part.bytes().all(|b| b == b'0');
        // Later versions may append fields; version 00 may not.
        let extra = parts.next().is_some() && version == "00";
        if !whole || extra || version == "ff" || zero(trace) || zero(parent) {
            return None;
        }
        Some(Self {
            trace_id: TraceId(u128::from_str_radix(trace, 16).ok()?),
            flags: u8::from_str_radix(flags, 16).ok()?,
        })
    }

    pub(crate) fn trace_id(self) -> TraceId {
        self.trace_id
    }

    /// The header of an attempt. Every attempt has one, so it is written without the formatting machinery.
    pub(crate) fn traceparent(self, span: SpanId) -> [u8; 55] {
        let mut text = *b"00-................................-................-..";
        put_hex(&mut text[3..35], &self.trace_id.0.to_be_bytes());
        put_hex(&mut text[36..52], &span.0.to_be_bytes());
        put_hex(&mut text[53..], &[self.flags]);
        text
    }
}

/// Writes two hex digits for each byte.
fn put_hex(into: &mut [u8], bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in into.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[
            DIGITS[usize::from(byte >> 4)],
            DIGITS[usize::from(byte & 15)],
        ]);
    }
}

/// The digits as text.
fn text(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

/// The ID of a trace, shown as 32 hex digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct TraceId(u128);

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text(&self.hex()))
    }
}

impl TraceId {
    /// The 32 hex digits.
    pub(crate) fn hex(self) -> [u8; 32] {
        let mut digits = [0; 32];
        put_hex(&mut digits, &self.0.to_be_bytes());
        digits
    }

    /// Reads 32 hex digits.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u128::from_str_radix(text, 16)
            .ok()
            .filter(|_| is_hex)
            .map(Self)
    }
}

/// The ID of one attempt within its trace, shown as 16 hex digits.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct SpanId(u64);

impl SpanId {
    /// The 16 hex digits.
    pub(crate) fn hex(self) -> [u8; 16] {
        let mut digits = [0; 16];
        put_hex(&mut digits, &self.0.to_be_bytes());
        digits
    }

    /// Makes an ID of random bits; zero means "no span" and is avoided.
    pub(crate) fn new(random: u64) -> Self {
        Self(random.max(1))
    }

    /// Reads 16 hex digits.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u64::from_str_radix(text, 16)
            .ok()
            .filter(|_| is_hex)
            .map(Self)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text(&self.hex()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_callers_trace_is_kept() {
        let text = format!("00-{TRACE}-00f067aa0ba902b7-00");
        let context = TraceContext::parse(&text).expect("a valid traceparent");
        assert_eq!(context.trace_id().to_string(), TRACE);
        assert_eq!(
            std::str::from_utf8(&context.traceparent(SpanId::new(0xab))),
            Ok(format!("00-{TRACE}-00000000000000ab-00").as_str())
        );
    }

    #[test]
    fn what_the_specification_calls_invalid_is_refused() {
        let zeros = "0".repeat(32);
        for text in [
            String::new(),
            format!("00-{zeros}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-00f067aa0ba902b7-01-extra"),
            format!("00-{TRACE}-00f067aa0ba902b7"),
        ] {
            assert_eq!(TraceContext::parse(&text), None, "{text}");
        }
        assert!(TraceContext::parse(&format!("01-{TRACE}-00f067aa0ba902b7-01-extra")).is_some());
    }
}
