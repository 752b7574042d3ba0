//! Secrets that must not appear anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The common beginning of all secrets.
const MARK: &str = "c4nary";

/// Returns the secret with this number. It contains characters that URLs, forms and JSON escape.
#[must_use]
pub fn canary(number: usize) -> String {
    format!("{}a/b+c=d\"e", begin(number))
}

fn begin(number: usize) -> String {
    format!("{MARK}-{number:02}-")
}

/// Returns the numbers of the secrets below `count` in a text: plain, percent-encoded, or in base64 (in any part of it).
#[must_use]
pub fn canaries_in(bytes: &[u8], count: usize) -> Vec<usize> {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let has = |part: &str| forms(part).iter().any(|form| text.contains(form));
    // Most texts have no secret.
    if !has(MARK) {
        return Vec::new();
    }
    (1..=count).filter(|number| has(&begin(*number))).collect()
}

/// Returns the forms of a text in lower case. JSON, URLs and forms do not escape the beginning of a secret.
fn forms(text: &str) -> Vec<String> {
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let base64s = base64s(text).into_iter().map(|form| form.to_lowercase());
    [text.to_owned(), encoded]
        .into_iter()
        .chain(base64s)
        .collect()
}

/// Returns the base64 forms of a text, one for each number of bytes before it, without the characters that depend on those bytes
/// or on what follows.
fn base64s(text: &str) -> Vec<String> {
    let before = |count: usize| {
        let encoded = STANDARD_NO_PAD.encode(format!("{}{text}", "x".repeat(count)));
        let begin = (count * 8).div_ceil(6);
        let end = (count + text.len()) * 8 / 6;
        encoded[begin..end].to_owned()
    };
    (0..3).map(before).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_in_every_form() {
        let secret = canary(7);
        for before in ["", "u:", "user:"] {
            let plain = format!("{before}{secret}");
            let json = serde_json::to_string(&plain).expect("JSON");
            let percent: String = plain.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let base64 = STANDARD_NO_PAD.encode(&plain);
            for form in [plain, json, percent, base64] {
                assert_eq!(canaries_in(form.as_bytes(), 20), [7], "{form}");
            }
        }
        assert_eq!(canaries_in(b"c4nary", 20), [0; 0]);
    }
}
