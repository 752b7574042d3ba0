//! Plays one scenario with one adapter.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::adapter::Adapter;
use crate::check::{self, Schema};
use crate::failure::Failure;
use crate::report;
use crate::scenario::Scenario;
use crate::scripted;
use crate::server::Server;
use crate::server::tls::Identity;

/// How long the runner waits for requests that are still on their way before a scenario fails.
const STRAGGLERS: Duration = Duration::from_millis(300);
/// The default timeout of a call.
const CALL_MS: f64 = 60_000.0;
/// The time that an adapter gets in addition to the time limits of its calls.
const OVERHEAD: Duration = Duration::from_secs(60);
/// The longest time that an adapter gets.
const LONGEST: Duration = Duration::from_secs(600);

/// Plays scenarios, one at a time.
#[derive(Debug)]
pub struct Runner {
    schema: Schema,
    identity: Option<Identity>,
    call_ids: HashSet<String>,
    time_limit: Option<Duration>,
    backend: Backend,
}

/// What responds to the requests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A server with sockets.
    #[default]
    Sockets,
    /// The adapter's own mock, with the scenario's exchanges as its script.
    Script,
    /// Both. Their trails must be equal, except for the parts that differ between runs.
    Compare,
}

/// The result of a scenario.
#[derive(Debug)]
pub enum Verdict {
    /// Everything was as expected.
    Passed,
    /// The adapter or the backend lacks something that the scenario needs.
    Skipped(String),
    /// Something was not as expected.
    Failed {
        /// What differed.
        failures: Vec<Failure>,
        /// The exchanges and the trails, as text.
        log: String,
    },
}

impl Runner {
    /// Makes a runner that checks trails against this JSON Schema.
    pub fn new(schema: &Value) -> Result<Self, String> {
        Ok(Self {
            schema: Schema::compile(schema)?,
            identity: None,
            call_ids: HashSet::new(),
            time_limit: None,
            backend: Backend::default(),
        })
    }

    /// Sets what responds to the requests.
    #[must_use]
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Limits the time of each scenario, instead of deriving the limit from its calls.
    #[must_use]
    pub fn time_limit(mut self, limit: Option<Duration>) -> Self {
        self.time_limit = limit;
        self
    }

    /// Plays a scenario and checks its results.
    pub fn play(&mut self, scenario: Scenario, adapter: &mut dyn Adapter) -> Verdict {
        let tls = scenario.tls.then(|| "tls".to_owned());
        let lacking = scenario
            .needs
            .iter()
            .chain(&tls)
            .find(|need| !adapter.has(need));
        if let Some(need) = lacking {
            return Verdict::Skipped(format!("needs {need}"));
        }
        if self.backend != Backend::Sockets
            && let Some(why) = scripted::unplayable(&scenario, adapter)
        {
            return Verdict::Skipped(why);
        }
        let scenario = Arc::new(scenario);
        let played = match self.backend {
            Backend::Sockets => self
                .play_and_check(scenario, adapter)
                .map(|(verdict, _)| verdict),
            Backend::Script => self
                .play_script(&scenario, adapter)
                .map(|(verdict, _)| verdict),
            Backend::Compare => self.compare(&scenario, adapter),
        };
        match played {
            Ok(verdict) => verdict,
            Err(error) => Verdict::Failed {
                failures: vec![Failure::new("", error)],
                log: String::new(),
            },
        }
    }

    /// Plays the scenario with the adapter's mock, and checks its log like that of a server.
    fn play_script(
        &mut self,
        scenario: &Scenario,
        adapter: &mut dyn Adapter,
    ) -> Result<(Verdict, Value), String> {
        let limit = self.time_limit.unwrap_or(OVERHEAD);
        let mut answer = adapter.play(&scripted::job(scenario), limit)?;
        let (rows, mut failures) = scripted::rows(scenario, &answer)?;
        failures.extend(scripted::take_notes(&mut answer));
        // The mock's IDs come from a seed: every scenario has the same ones.
        let result = check::check_all(scenario, &answer, &rows, &[], &self.schema, &HashSet::new());
        failures.extend(result.failures);
        let verdict = match failures.is_empty() {
            true => Verdict::Passed,
            false => Verdict::Failed {
                failures,
                log: report::exchanges(&rows) + &report::trails(&answer),
            },
        };
        Ok((verdict, answer))
    }

    fn compare(
        &mut self,
        scenario: &Arc<Scenario>,
        adapter: &mut dyn Adapter,
    ) -> Result<Verdict, String> {
        let (verdict, by_sockets) = self.play_and_check(Arc::clone(scenario), adapter)?;
        if !matches!(verdict, Verdict::Passed) {
            return Ok(verdict);
        }
        let (verdict, by_script) = self.play_script(scenario, adapter)?;
        if !matches!(verdict, Verdict::Passed) {
            return Ok(verdict);
        }
        if let Some(why) = scripted::unrepeatable(scenario) {
            return Ok(Verdict::Skipped(why.to_owned()));
        }
        let failures = scripted::differences(&by_sockets, &by_script);
        Ok(match failures.is_empty() {
            true => Verdict::Passed,
            false => Verdict::Failed {
                failures,
                log: report::trails(&by_sockets) + &report::trails(&by_script),
            },
        })
    }

    fn play_and_check(
        &mut self,
        scenario: Arc<Scenario>,
        adapter: &mut dyn Adapter,
    ) -> Result<(Verdict, Value), String> {
        let identity = if scenario.tls {
            Some(self.identity()?)
        } else {
            None
        };
        let ca_pem = identity.map(|identity| identity.ca_pem.clone());
        let config = identity.map(|identity| Arc::clone(&identity.config));
        let cannot = |error| format!("the server cannot be started: {error}");
        let mut server = Server::start(Arc::clone(&scenario), config).map_err(cannot)?;
        let mut job = job(&scenario, &server.origin(), ca_pem);
        if self.backend == Backend::Compare {
            scripted::seed(&mut job);
        }
        let limit = self.time_limit.unwrap_or_else(|| time_limit(&scenario));

        adapter.prepare()?;
        server.open().map_err(cannot)?;
        let answer = adapter.play(&job, limit);
        server.script().settle();
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let verdict = Verdict::Failed {
                    failures: vec![Failure::new("adapter", error)],
                    log: report::exchanges(&server.script().rows()),
                };
                return Ok((verdict, Value::Null));
            }
        };

        let check = |rows: &[_]| {
            let connections = server.script().connections();
            check::check_all(
                &scenario,
                &answer,
                rows,
                &connections,
                &self.schema,
                &self.call_ids,
            )
        };
        let mut rows = server.script().rows();
        let mut result = check(&rows);
        let deadline = Instant::now() + STRAGGLERS;
        while result.incomplete && !result.failures.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || !server.script().changes(left) {
                break;
            }
            rows = server.script().rows();
            result = check(&rows);
        }
        server.stop();
        self.call_ids.extend(check::call_ids(&answer));
        let failures = result.failures;
        if failures.is_empty() {
            return Ok((Verdict::Passed, answer));
        }
        let log = report::exchanges(&rows) + &report::trails(&answer);
        Ok((Verdict::Failed { failures, log }, answer))
    }

    /// Returns the certificates. They are made when a scenario first needs them.
    fn identity(&mut self) -> Result<&Identity, String> {
        if self.identity.is_none() {
            let identity = Identity::generate()
                .map_err(|error| format!("no certificate can be made: {error}"))?;
            self.identity = Some(identity);
        }
        self.identity
            .as_ref()
            .ok_or_else(|| "no certificate".to_owned())
    }
}

/// Makes the adapter's job: the scenario with the server's address.
fn job(scenario: &Scenario, origin: &str, ca_pem: Option<String>) -> Value {
    let calls: Vec<Value> = scenario
        .calls
        .iter()
        .map(|call| json!({"request": call.request}))
        .collect();
    let mut job = json!({
        "id": scenario.name,
        "base_url": format!("{origin}{}", scenario.client.base_path),
        "client": scenario.client.given,
        "calls": calls,
    });
    if let Some(ca_pem) = ca_pem {
        job["ca_pem"] = ca_pem.into();
    }
    job
}

/// Returns the sum of the calls' own time limits, plus the overhead.
fn time_limit(scenario: &Scenario) -> Duration {
    let of_calls: f64 = scenario
        .calls
        .iter()
        .map(|call| {
            let one = call.timeout_ms.or(scenario.client.call_timeout_ms);
            let turns = call.repeat.div_ceil(call.concurrency.max(1));
            one.unwrap_or(CALL_MS).max(0.0) * turns as f64
        })
        .sum();
    let limit = Duration::try_from_secs_f64(of_calls / 1000.0).unwrap_or(LONGEST);
    limit.saturating_add(OVERHEAD).min(LONGEST)
}
