//! The command line.

use std::time::Duration;

/// Which client makes the calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Face {
    /// `reqtrail::Client`, on a runtime of two threads.
    Async,
    /// `reqtrail::blocking::Client`, a thread for each concurrent call.
    Blocking,
}

/// The options of a run. It ends after `calls` calls or after `time`, whichever comes first.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The greatest number of calls.
    pub calls: u64,
    /// How many calls are under way at once.
    pub concurrency: usize,
    /// How long new calls begin.
    pub time: Duration,
    /// The seed of everything random.
    pub seed: u64,
    /// Which client makes the calls.
    pub face: Face,
}

/// The usage text.
pub const USAGE: &str =
    "usage: soak [--calls N] [--concurrency C] [--seconds S] [--seed X] [--face async|blocking]
  --calls N        end after N calls (default: 20000; with --seconds, no limit)
  --seconds S      begin no call after S seconds (default: 1800)
  --concurrency C  calls under way at once (default: async 64, blocking 16)
  --seed X         the seed of everything random (default: 1)
  --face F         async (default) or blocking
";

impl Options {
    /// Returns the options for a number of calls, with the face's usual concurrency.
    #[must_use]
    pub fn new(face: Face, calls: u64, seed: u64) -> Self {
        Self {
            calls,
            concurrency: match face {
                Face::Async => 64,
                Face::Blocking => 16,
            },
            time: Duration::from_secs(1800),
            seed,
            face,
        }
    }

    /// Parses the command line.
    ///
    /// # Errors
    /// Names the argument that is wrong.
    pub fn from_args(args: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let (mut calls, mut concurrency, mut seconds, mut seed) = (None, None, None, None);
        let mut face = Face::Async;
        let mut args = args.into_iter();
        while let Some(name) = args.next() {
            let value = args
                .next()
                .ok_or_else(|| format!("`{name}` has no value, or is not an option"))?;
            match name.as_str() {
                "--calls" => calls = Some(number(&name, &value)?),
                "--concurrency" => concurrency = Some(number(&name, &value)?),
                "--seconds" => seconds = Some(number(&name, &value)?),
                "--seed" => seed = Some(number(&name, &value)?),
                "--face" => {
                    face = match value.as_str() {
                        "async" => Face::Async,
                        "blocking" => Face::Blocking,
                        _ => {
                            return Err(format!("--face is `{value}`; expected async or blocking"));
                        }
                    }
                }
                _ => return Err(format!("`{name}` is not an option")),
            }
        }
        let bound = if seconds.is_some() { u64::MAX } else { 20_000 };
        let mut options = Self::new(face, calls.unwrap_or(bound), seed.unwrap_or(1));
        if let Some(seconds) = seconds {
            options.time = Duration::from_secs(seconds);
        }
        match concurrency {
            None => {}
            Some(many @ 1..=1024) => options.concurrency = many as usize,
            Some(many) => {
                return Err(format!("--concurrency is `{many}`; expected 1 to 1024"));
            }
        }
        Ok(options)
    }
}

fn number(name: &str, value: &str) -> Result<u64, String> {
    value
        .parse()
        .map_err(|_| format!("{name} is `{value}`; expected a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Result<Options, String> {
        Options::from_args(args.iter().map(ToString::to_string))
    }

    #[test]
    fn arguments_are_parsed() {
        let options =
            read(&["--calls", "7", "--face", "blocking", "--seed", "3"]).expect("options");
        assert_eq!(
            (
                options.calls,
                options.face,
                options.seed,
                options.concurrency
            ),
            (7, Face::Blocking, 3, 16)
        );
        assert_eq!(read(&["--seconds", "20"]).expect("options").calls, u64::MAX);
    }

    #[test]
    fn mistakes_are_named() {
        for (args, expected) in [
            (&["--calls"][..], "--calls"),
            (&["--calls", "many"], "many"),
            (&["--colour", "red"], "--colour"),
            (&["--face", "go"], "go"),
            (&["--concurrency", "0"], "--concurrency"),
        ] {
            let error = read(args).expect_err("a mistake");
            assert!(error.contains(expected), "{args:?}: {error}");
        }
    }
}
