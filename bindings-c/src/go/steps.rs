//! What Go wants to have set: requests, options of clients, operations.
//!
//! Go writes it into one buffer of steps: a byte that says what, two lengths of eight bytes in the machine's order, and
//! two texts. A number is a first text of eight bytes.

use std::str::from_utf8;
use std::time::{Duration, SystemTime};

use reqtrail::bytes::Bytes;
use reqtrail::host::mailbox::Answer;
use reqtrail::openstack::{ActionRef, Connection, Operation, OperationKind, OperationOptions};
use reqtrail::{
    Category, Client, ClientBuilder, CustomDialect, Dialect, Error, ErrorKind, Proxy, RefreshError,
    Request, RetryBudget, Secret, Token, Trail,
};

use crate::fault::{DeferredError, Fault};
use crate::numbers::{moment, numbered};
use crate::usage::Usage;

numbered! { u8:
    // Requests. The first step is PATH or LINK, with the method.
    PATH LINK PARAM SECRET_PARAM QUERY HEADER SECRET_HEADER JSON BODY IDEMPOTENT IDEMPOTENCY_KEY CORRELATION_ID
    MICROVERSION IF_NONE_MATCH TIMEOUT ATTEMPT_TIMEOUT CONNECT_TIMEOUT MAX_ATTEMPTS
    // Clients besides. The first step is the base URL, where there is no connection.
    BASE_URL DIALECT DIALECT_JSON TOKEN TOKEN_REFRESHER ON_ATTEMPT ON_CALL USER_AGENT BASE_DELAY MAX_DELAY MAX_RETRY_AFTER
    RETRY_BUDGET NO_RETRY_BUDGET MAX_BODY_BYTES MAX_REDIRECTS SHOW_QUERY_PARAM NO_TRACEPARENT NO_DECOMPRESS PROXY NO_PROXY
    EXTRA_CA CLIENT_CERTIFICATE ACCEPT_INVALID_CERTS HTTP1_ONLY POOL_MAX_IDLE POOL_IDLE_TIMEOUT HTTP2_PING_INTERVAL
    NO_HTTP2_PINGS HTTP2_PING_TIMEOUT UNIX_SOCKET JITTER_SEED
    // Operations. The first step is one of the first five, with the server's ID.
    SERVER ACTION ACTIONS FOLLOW EXPLAIN LIMIT MARKER CHANGES_SINCE CHANGES_BEFORE POLL_INTERVAL DEADLINE SETTLE_TIME
    ON_PROGRESS
    // What a refresher gives: TOKEN and EXPIRES_AT, or REFUSED with its words and a request ID, and REFUSED_AS with the names
    // of a kind and a category.
    EXPIRES_AT REFUSED REFUSED_AS
}

/// A buffer of Go's, step by step. What follows a step that is cut short is never read as steps.
#[derive(Clone, Copy)]
pub(super) struct Steps<'a>(pub(super) &'a [u8]);

pub(super) struct Step<'a> {
    what: u8,
    first: &'a [u8],
    second: &'a [u8],
}

impl<'a> Iterator for Steps<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        let (&what, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first_chunk()?;
        let (second, rest) = rest.split_first_chunk()?;
        let length = |bytes| usize::try_from(u64::from_ne_bytes(bytes)).ok();
        let (first, rest) = rest.split_at_checked(length(*first)?)?;
        let (second, rest) = rest.split_at_checked(length(*second)?)?;
        self.0 = rest;
        Some(Step {
            what,
            first,
            second,
        })
    }
}

impl<'a> Step<'a> {
    fn first(&self) -> Result<&'a str, Fault> {
        text(self.first)
    }

    fn second(&self) -> Result<&'a str, Fault> {
        text(self.second)
    }

    fn secret(&self) -> Result<Secret, Fault> {
        Ok(Secret::from(self.first()?.to_owned()))
    }

    fn time(&self) -> Duration {
        Duration::from_millis(number(self.first))
    }

    fn count(&self) -> u32 {
        count(self.first)
    }

    fn moment(&self) -> Option<SystemTime> {
        moment(f64::from_bits(number(self.first)))
    }
}

fn text(bytes: &[u8]) -> Result<&str, Fault> {
    from_utf8(bytes).map_err(|_| Usage::not_utf8("a text").into())
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u64::from_ne_bytes(*bytes))
}

/// A number that Go has bounded.
fn count(bytes: &[u8]) -> u32 {
    u32::try_from(number(bytes)).unwrap_or(u32::MAX)
}

fn unreadable() -> Fault {
    Fault::bad_value("the steps cannot be read; please report this")
}

impl Steps<'_> {
    /// Whether all of it can be read.
    pub(super) fn are_whole(mut self) -> bool {
        self.by_ref().for_each(drop);
        self.0.is_empty()
    }

    /// A request; `None` if it is something else.
    pub(super) fn request(mut self) -> Result<Option<Request>, Fault> {
        let step = self.next().ok_or_else(unreadable)?;
        let request = match step.what {
            PATH => Request::new(step.first()?, step.second()?),
            LINK => Request::link(step.first()?, step.second()?),
            _ => return Ok(None),
        };
        let request = self.try_fold(request, |request, step| {
            Ok(match step.what {
                PARAM => request.param(step.first()?, step.second()?),
                SECRET_PARAM => request.secret_param(step.first()?, step.second()?),
                QUERY => request.query(step.first()?, step.second()?),
                HEADER => request.header(step.first()?, step.second()?),
                SECRET_HEADER => request.secret_header(step.first()?, step.second()?),
                JSON => request.json_bytes(Bytes::copy_from_slice(step.first)),
                BODY => request.body(Bytes::copy_from_slice(step.first)),
                IDEMPOTENT => request.idempotent(number(step.first) != 0),
                IDEMPOTENCY_KEY => request.idempotency_key(step.first()?),
                CORRELATION_ID => request.correlation_id(step.first()?),
                MICROVERSION => request.microversion(step.first()?),
                IF_NONE_MATCH => request.if_none_match(step.first()?),
                TIMEOUT => request.timeout(step.time()),
                ATTEMPT_TIMEOUT => request.attempt_timeout(step.time()),
                CONNECT_TIMEOUT => request.connect_timeout(step.time()),
                MAX_ATTEMPTS => request.max_attempts(step.count()),
                _ => request,
            })
        });
        request.map(Some)
    }

    /// The options of a client. Go's functions are set by the caller, who is told of them.
    pub(super) fn client(
        mut self,
        connection: Option<&Connection>,
        mut has: impl FnMut(Function, ClientBuilder) -> ClientBuilder,
    ) -> Result<ClientBuilder, Fault> {
        let builder = match connection {
            Some(connection) => connection.compute()?,
            None => {
                let step = self.next().filter(|step| step.what == BASE_URL);
                Client::builder(step.ok_or_else(unreadable)?.first()?)
            }
        };
        self.try_fold(builder, |builder, step| {
            Ok(match step.what {
                DIALECT => builder.dialect(dialect(step.first()?.parse::<Dialect>())?),
                DIALECT_JSON => {
                    let data = CustomDialect::from_json(step.first()?);
                    builder.dialect(dialect(data.and_then(Dialect::custom))?)
                }
                TOKEN => builder.token(step.secret()?),
                TOKEN_REFRESHER => has(Function::Refresher, builder),
                ON_ATTEMPT => has(Function::OnAttempt, builder),
                ON_CALL => has(Function::OnCall, builder),
                HEADER => builder.default_header(step.first()?, step.second()?),
                SECRET_HEADER => builder.default_secret_header(step.first()?, step.second()?),
                USER_AGENT => builder.user_agent(step.first()?),
                MICROVERSION => builder.microversion(step.first()?),
                MAX_ATTEMPTS => builder.max_attempts(step.count()),
                BASE_DELAY => builder.base_delay(step.time()),
                MAX_DELAY => builder.max_delay(step.time()),
                MAX_RETRY_AFTER => builder.max_retry_after(step.time()),
                RETRY_BUDGET => builder.retry_budget(Some(RetryBudget {
                    capacity: step.count(),
                    retry_cost: count(step.second),
                })),
                NO_RETRY_BUDGET => builder.retry_budget(None),
                TIMEOUT => builder.timeout(step.time()),
                ATTEMPT_TIMEOUT => builder.attempt_timeout(step.time()),
                CONNECT_TIMEOUT => builder.connect_timeout(step.time()),
                MAX_BODY_BYTES => builder.max_body_bytes(number(step.first)),
                MAX_REDIRECTS => builder.max_redirects(step.count()),
                SHOW_QUERY_PARAM => builder.show_query_param(step.first()?),
                NO_TRACEPARENT => builder.traceparent(false),
                NO_DECOMPRESS => builder.decompress(false),
                PROXY => builder.proxy(Proxy::Url(step.secret()?)),
                NO_PROXY => builder.proxy(Proxy::None),
                EXTRA_CA => builder.extra_ca(step.first),
                CLIENT_CERTIFICATE => builder.client_certificate(step.secret()?),
                ACCEPT_INVALID_CERTS => builder.danger_accept_invalid_certs(true),
                HTTP1_ONLY => builder.http1_only(true),
                POOL_MAX_IDLE => {
                    builder.pool_max_idle(usize::try_from(step.count()).unwrap_or(usize::MAX))
                }
                POOL_IDLE_TIMEOUT => builder.pool_idle_timeout(step.time()),
                HTTP2_PING_INTERVAL => builder.http2_ping_interval(Some(step.time())),
                NO_HTTP2_PINGS => builder.http2_ping_interval(None),
                HTTP2_PING_TIMEOUT => builder.http2_ping_timeout(step.time()),
                UNIX_SOCKET => builder.unix_socket(step.first()?),
                JITTER_SEED => builder.jitter_seed(number(step.first)),
                _ => builder,
            })
        })
    }

    /// An operation; `started` is the trail of the request that it follows. Returns whether polls are to be told, too.
    pub(super) fn operation(mut self, started: Option<&Trail>) -> Result<(Operation, bool), Fault> {
        let step = self.next().ok_or_else(unreadable)?;
        let named = ActionRef::from(step.second()?);
        let (kind, action) = match step.what {
            SERVER => (OperationKind::Server, named),
            ACTION => (OperationKind::Action, named),
            ACTIONS => (OperationKind::Actions, named),
            EXPLAIN => (OperationKind::Explain, named),
            FOLLOW => (
                OperationKind::Follow,
                started.map_or(named, ActionRef::from),
            ),
            _ => return Err(unreadable()),
        };
        let operation = Operation::new(kind, step.first()?, action);
        let mut options = OperationOptions::default();
        let mut progress = false;
        for step in self {
            match step.what {
                MICROVERSION => options.microversion = Some(step.first()?.to_owned()),
                LIMIT => options.limit = Some(step.count()),
                MARKER => options.marker = Some(step.first()?.to_owned()),
                CHANGES_SINCE => options.changes_since = step.moment(),
                CHANGES_BEFORE => options.changes_before = step.moment(),
                POLL_INTERVAL => {
                    options.poll_interval = Some(step.time());
                    options.max_poll_interval = Some(Duration::from_millis(number(step.second)));
                }
                DEADLINE => options.deadline = Some(step.time()),
                SETTLE_TIME => options.settle_time = Some(step.time()),
                ON_PROGRESS => progress = true,
                _ => {}
            }
        }
        Ok((operation.options(options), progress))
    }

    /// The answer of a refresher.
    pub(super) fn answer(mut self) -> Result<Answer, Fault> {
        let (Some(step), Some(more)) = (self.next(), self.next()) else {
            return Err(unreadable());
        };
        match (step.what, more.what) {
            (TOKEN, EXPIRES_AT) => {
                let token = Token::new(step.secret()?);
                let end = more.moment();
                Ok(Ok(end.into_iter().fold(token, Token::expires_at)))
            }
            (REFUSED, REFUSED_AS) => {
                let (why, id) = (step.first()?, Some(step.second()?));
                let (kind, category) = (more.first()?, more.second()?);
                let kind = ErrorKind::ALL.iter().find(|own| own.as_str() == kind);
                let category = Category::ALL.iter().find(|own| own.as_str() == category);
                Ok(Err(match kind {
                    Some(kind) => RefreshError::new(*kind, category.copied(), why)
                        .with_request_id(id.filter(|id| !id.is_empty()))
                        .into(),
                    None => why.into(),
                }))
            }
            _ => Err(unreadable()),
        }
    }
}

/// A function of the program.
pub(super) enum Function {
    Refresher,
    OnAttempt,
    OnCall,
}

/// Names the option, as the core does where it finds a mistake itself.
fn dialect<E: Into<Error>>(read: Result<Dialect, E>) -> Result<Dialect, Fault> {
    read.map_err(|error| DeferredError::of("dialect", error.into().into()).fault())
}
