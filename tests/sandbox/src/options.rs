//! The program's options.

use reqtrail_sandbox::{Incident, SandboxOptions};

pub(crate) const USAGE: &str = "\
Serves a small NovaVMS API on 127.0.0.1.

Usage: reqtrail-sandbox [options]

When the server is ready, it prints one JSON line with base_url, control_url,
token, operator_token, viewer_token, email and password.

Options:
  --port N               listen on port N (default 0: a free one)
  --rate-limit RATE      RATE is PER_MINUTE or PER_MINUTE:BURST (default 1000:100)
  --incident INCIDENT    queue an incident; can be repeated
  --exit-with-parent     end when standard input is closed
  --version              print the version
  --help                 print this text
";

/// What the program does.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Version,
    Serve(Options),
}

/// The options for serving.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) sandbox: SandboxOptions,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) exit_with_parent: bool,
}

/// Parses the arguments. An error says which one is wrong and why.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut options = Options::default();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        // Both `--port 8080` and `--port=8080` are common. Only the first `=` counts: an incident contains more.
        let (name, mut given) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value = || given.take().or_else(|| arguments.next());
        let missing = || format!("{name} needs a value");
        match name {
            "--help" | "-h" => return Ok(Command::Help),
            "--version" => return Ok(Command::Version),
            "--exit-with-parent" => options.exit_with_parent = true,
            "--port" => {
                let port = parse_port(&value().ok_or_else(missing)?)?;
                options.sandbox = options.sandbox.port(port);
            }
            "--rate-limit" => {
                let text = value().ok_or_else(missing)?;
                let limit = text.parse().map_err(|why| format!("--rate-limit {why}"))?;
                options.sandbox = options.sandbox.rate_limit(limit);
            }
            "--incident" => {
                let text = value().ok_or_else(missing)?;
                options
                    .incidents
                    .push(text.parse().map_err(|why| format!("--incident: {why}"))?);
            }
            _ => return Err(format!("{argument:?} is not an option")),
        }
        if given.is_some() {
            return Err(format!("{name} takes no value"));
        }
    }
    Ok(Command::Serve(options))
}

fn parse_port(text: &str) -> Result<u16, String> {
    text.parse()
        .map_err(|_| format!("--port must be a number from 0 to 65535, not {text:?}"))
}

#[cfg(test)]
mod tests {
    use reqtrail_sandbox::RateLimit;

    use super::*;

    fn parsed(line: &[&str]) -> Result<Command, String> {
        parse(line.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn all_options_are_parsed() {
        let line = ["--port=8080", "--rate-limit", "60:5", "--exit-with-parent"];
        let incidents = [
            "--incident",
            "stall",
            "--incident=slow:delay_ms=5,on=GET /events",
        ];
        let command = parsed(&[&line[..], &incidents[..]].concat());
        let Ok(Command::Serve(options)) = command else {
            panic!("{command:?}")
        };
        assert!(options.exit_with_parent);
        assert_eq!(options.incidents[0], Incident::stall());
        assert_eq!(options.incidents.len(), 2);
        let expected = SandboxOptions::default()
            .port(8080)
            .rate_limit(RateLimit::new(60, 5));
        assert_eq!(format!("{:?}", options.sandbox), format!("{expected:?}"));
    }

    #[test]
    fn wrong_options_are_named() {
        for (line, expected) in [
            (&["--prot", "1"][..], "\"--prot\" is not an option"),
            (&["--port"][..], "--port needs a value"),
            (&["--port", "70000"][..], "not \"70000\""),
            (&["--rate-limit", "0"][..], "not \"0\""),
            (&["--rate-limit", "10:x"][..], "not \"10:x\""),
            (
                &["--incident", "boom"][..],
                "--incident: \"boom\" is not an incident",
            ),
            (&["--exit-with-parent=yes"][..], "takes no value"),
            (&["8080"][..], "\"8080\" is not an option"),
        ] {
            let error = parsed(line).expect_err("wrong options");
            assert!(error.contains(expected), "{line:?}: {error}");
        }
    }
}
