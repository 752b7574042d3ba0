//! Quotes words for a POSIX shell.

use std::borrow::Cow;

/// Returns the text as one word of a shell's command line, with quotes only if it needs them.
pub(crate) fn quoted(text: &str) -> Cow<'_, str> {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | ',' | '@');
    if !text.is_empty() && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    // Between single quotes only the closing quote has a meaning.
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    /// Returns the words as a shell reads them.
    fn read_by_shell(words: &[String]) -> Vec<String> {
        let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
        let script = format!("printf '%s\\0' {}", words.join(" "));
        let output = Command::new("sh").args(["-c", &script]).output();
        let output = output.expect("a shell");
        assert!(output.status.success(), "{script:?}");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let mut read: Vec<String> = text.split('\0').map(str::to_owned).collect();
        assert_eq!(read.pop().as_deref(), Some(""));
        read
    }

    #[test]
    fn plain_words_stay_readable() {
        let url = "https://api.example/api/v1/cameras/7";
        assert_eq!(quoted(url), url);
        assert_eq!(quoted("X-Id: a'b"), r"'X-Id: a'\''b'");
        assert_eq!(quoted(""), "''");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_shell_reads_quoted_words_unchanged(
            words in prop::collection::vec("[^\0]{0,12}|[ '\"$`\\\\!*?~#&;|<>(){}\\[\\]\n=%-]{0,12}", 1..40)
        ) {
            prop_assert_eq!(read_by_shell(&words), words);
        }
    }
}
