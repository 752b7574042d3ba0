//! Decodes the requests, client options, operations and answers that Go's `encode.go` writes.
//!
//! Go writes one buffer of steps. A step is a byte that says what it sets, the option's number or 0 in two bytes, two
//! lengths of eight bytes each, and two texts. Numbers are in native byte order. A step for a number has eight bytes as
//! its first text.

use std::str::from_utf8;
use std::time::{Duration, SystemTime};

use reqtrail::bytes::Bytes;
use reqtrail::host::mailbox::{Answer, Mailbox};
use reqtrail::host::{
    ClientOptions, OptionError, OptionSpec, Origin, RequestOptions, Spelling, Value,
};
use reqtrail::openstack::{ActionRef, Connection, Operation, OperationKind, OperationOptions};
use reqtrail::{
    Category, Client, ClientBuilder, ErrorKind, RecentFilter, RefreshError, Request, Secret, Token,
    Trail,
};

use crate::fault::Fault;
use crate::numbers::{moment, numbered};
use crate::usage::Usage;

numbered! { u8:
    // Values of options, by type.
    NULL FLAG INTEGER DURATION MOMENT TEXT BYTES RETRY_BUDGET
    // Parts of requests; HEADER and SECRET_HEADER also of clients. The first step of a request is PATH or LINK, with
    // the method.
    HEADER SECRET_HEADER PATH LINK PARAM SECRET_PARAM QUERY JSON BODY
    // Further parts of clients. The first step is BASE_URL, unless there is a connection.
    BASE_URL TOKEN_REFRESHER ON_ATTEMPT ON_CALL
    // Operations. The first step is OPERATION, with the number of its kind, the server or whatever else it is about, and
    // the request ID of an action.
    OPERATION ON_PROGRESS
    // Answers of a refresher: TOKEN, and MOMENT if its expiry is known; or REFUSED with the message and a request ID,
    // and REFUSED_AS with the names of a kind and a category.
    TOKEN REFUSED REFUSED_AS
}

/// Iterates over the steps in a buffer. It stops at a truncated step and never reads the bytes after it as steps.
#[derive(Clone, Copy)]
pub(super) struct Steps<'a>(pub(super) &'a [u8]);

pub(super) struct Step<'a> {
    what: u8,
    option: u16,
    first: &'a [u8],
    second: &'a [u8],
}

impl<'a> Iterator for Steps<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        let (&what, rest) = self.0.split_first()?;
        let (option, rest) = rest.split_first_chunk()?;
        let (first, rest) = rest.split_first_chunk()?;
        let (second, rest) = rest.split_first_chunk()?;
        let length = |bytes| usize::try_from(u64::from_ne_bytes(bytes)).ok();
        let (first, rest) = rest.split_at_checked(length(*first)?)?;
        let (second, rest) = rest.split_at_checked(length(*second)?)?;
        self.0 = rest;
        Some(Step {
            what,
            option: u16::from_ne_bytes(*option),
            first,
            second,
        })
    }
}

impl<'a> Step<'a> {
    fn first(&self) -> Result<&'a str, Fault> {
        text(self.first, "a text")
    }

    fn second(&self) -> Result<&'a str, Fault> {
        text(self.second, "a text")
    }

    /// A name and its value.
    fn pair(&self) -> Result<(&'a str, &'a str), Fault> {
        let of = match self.what {
            PARAM | SECRET_PARAM => "parameter",
            QUERY => "query parameter",
            _ => "header",
        };
        let unread = |what| Fault::bad_value(format!("the {what} is not UTF-8 text"));
        let name = from_utf8(self.first).map_err(|_| {
            let name = self.first.escape_ascii();
            unread(format!("name of the {of} \"{name}\""))
        })?;
        let value =
            from_utf8(self.second).map_err(|_| unread(format!("value of the {of} `{name}`")))?;
        Ok((name, value))
    }

    /// A duration, rounded up to a millisecond. A negative one stands for zero, except the lowest, which means "no limit".
    fn time(&self) -> Duration {
        match number(self.first).cast_signed() {
            i64::MIN => Duration::MAX,
            nanoseconds => {
                let nanoseconds = nanoseconds.max(0).unsigned_abs();
                Duration::from_millis(nanoseconds.div_ceil(1_000_000))
            }
        }
    }

    /// The value of an option. Fails if a text is not UTF-8.
    fn value(&self) -> Result<Value, Fault> {
        Ok(match self.what {
            FLAG => Value::Flag(number(self.first) != 0),
            INTEGER => Value::Integer(number(self.first).into()),
            DURATION => Value::Duration(self.time()),
            MOMENT => Value::Moment(self.moment().ok_or_else(unreadable)?),
            TEXT => Value::Text(self.first()?.to_owned()),
            BYTES => Value::Bytes(self.first.to_owned()),
            HEADER | SECRET_HEADER => {
                let (name, value) = self.pair()?;
                let value = match self.what {
                    HEADER => Value::Text(value.to_owned()),
                    _ => Value::Secret(Secret::from(value.to_owned())),
                };
                Value::Pairs(vec![(name.to_owned(), value)])
            }
            RETRY_BUDGET => Value::Pairs(
                [("capacity", self.first), ("retry_cost", self.second)]
                    .into_iter()
                    .filter(|(_, given)| !given.is_empty())
                    .map(|(name, given)| (name.to_owned(), Value::Integer(number(given).into())))
                    .collect(),
            ),
            NULL => Value::Null,
            _ => return Err(unreadable()),
        })
    }

    /// Sets the option whose value this is.
    fn set(
        &self,
        options: &[OptionSpec],
        set: impl FnOnce(u16, Value) -> Result<(), OptionError>,
    ) -> Result<(), Fault> {
        let set = self.value().and_then(|value| Ok(set(self.option, value)?));
        set.map_err(|fault| {
            let spec = options.iter().find(|spec| spec.id == self.option);
            let name = spec.map_or("option", |spec| Spelling::Go.option(spec.name));
            match self.what {
                SECRET_HEADER => fault.of_option(&format!("Secret{name}")),
                _ => fault.of_option(name),
            }
        })
    }

    fn moment(&self) -> Option<SystemTime> {
        moment(f64::from_bits(number(self.first)))
    }
}

fn text<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, Fault> {
    from_utf8(bytes).map_err(|_| Usage::not_utf8(name).into())
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u64::from_ne_bytes(*bytes))
}

fn unreadable() -> Fault {
    Fault::bad_value("the steps cannot be read; please report this")
}

impl Steps<'_> {
    /// Decodes a request; `None` if the steps are not one.
    pub(super) fn request(mut self) -> Result<Option<Request>, Fault> {
        let step = self.next().ok_or_else(unreadable)?;
        let (make, target): (fn(_, _) -> _, _) = match step.what {
            PATH => (Request::new, "the path"),
            LINK => (Request::link, "the link"),
            _ => return Ok(None),
        };
        let method = text(step.first, "the method")?;
        let mut request = make(method, text(step.second, target)?);
        for step in self {
            if step.option != 0 {
                step.set(RequestOptions::OPTIONS, |id, value| request.set(id, value))?;
                continue;
            }
            request = match step.what {
                JSON => request.json_bytes(Bytes::copy_from_slice(step.first)),
                BODY => request.body(Bytes::copy_from_slice(step.first)),
                what => {
                    let (name, value) = step.pair()?;
                    match what {
                        PARAM => request.param(name, value),
                        SECRET_PARAM => request.secret_param(name, value),
                        QUERY => request.query(name, value),
                        HEADER => request.header(name, value),
                        SECRET_HEADER => request.secret_header(name, value),
                        _ => request,
                    }
                }
            };
        }
        Ok(Some(request))
    }

    /// Decodes the options of a client. Go's hooks and its refresher are called by events of the mailbox.
    pub(super) fn client(
        mut self,
        connection: Option<&Connection>,
        mailbox: &Mailbox,
    ) -> Result<ClientBuilder, Fault> {
        let mut builder = match connection {
            Some(connection) => connection.begin()?,
            None => {
                let step = self.next().filter(|step| step.what == BASE_URL);
                let url = step.ok_or_else(unreadable)?.first;
                Client::builder(text(url, Spelling::Go.option("base_url"))?)
            }
        };
        let mut options = ClientOptions::default();
        let mut is_observed = false;
        for step in self {
            if step.option != 0 {
                step.set(ClientOptions::OPTIONS, |id, value| options.set(id, value))?;
                continue;
            }
            is_observed |= matches!(step.what, ON_ATTEMPT | ON_CALL);
            match step.what {
                ON_ATTEMPT => mailbox.want_attempts(true),
                ON_CALL => mailbox.want_calls(true),
                TOKEN_REFRESHER => {
                    let mailbox = mailbox.clone();
                    let ask = move |origin| mailbox.ask(origin);
                    builder = builder.token_refresher_in_context(Origin::current, ask);
                }
                _ => {}
            }
        }
        if is_observed {
            builder = builder.observer(mailbox.observer());
        }
        Ok(builder.options(&options))
    }

    /// Decodes an operation, and whether it reports its polls. `started` is the trail of the request that it follows.
    pub(super) fn operation(mut self, started: Option<&Trail>) -> Result<(Operation, bool), Fault> {
        let step = self.next().filter(|step| step.what == OPERATION);
        let step = step.ok_or_else(unreadable)?;
        let mut kinds = OperationKind::ALL.iter();
        let kind = kinds.find(|kind| **kind as u16 == step.option);
        let kind = *kind.ok_or_else(unreadable)?;
        // The parameter names of Go's methods.
        let named = match kind {
            OperationKind::ExplainResource => "what",
            OperationKind::FollowResource => "resourceID",
            OperationKind::ServerByName => "serverName",
            _ => "serverID",
        };
        let server = text(step.first, named)?;
        let action = ActionRef::from(text(step.second, "requestID")?);
        let mut operation = match (kind, started) {
            // The first text is then the response's body, which names kind and resource.
            (OperationKind::FollowResource, Some(started)) => {
                let action = ActionRef::from(started).answered(server.to_owned());
                Operation::new(kind, "", action)
            }
            (_, Some(started)) => Operation::new(kind, server, started),
            (_, None) => Operation::new(kind, server, action),
        };
        let mut progress = false;
        for step in self {
            match step.what {
                ON_PROGRESS => progress = true,
                _ => step.set(OperationOptions::OPTIONS, |id, value| {
                    operation.set(id, value)
                })?,
            }
        }
        Ok((operation, progress))
    }

    /// Decodes a filter for a recorder's calls.
    pub(super) fn filter(self) -> Result<RecentFilter, Fault> {
        let mut filter = RecentFilter::default();
        for step in self {
            step.set(RecentFilter::OPTIONS, |id, value| filter.set(id, value))?;
        }
        Ok(filter)
    }

    /// Decodes the answer of a refresher.
    pub(super) fn answer(mut self) -> Result<Answer, Fault> {
        let step = self.next().ok_or_else(unreadable)?;
        match (step.what, self.next()) {
            (TOKEN, until) => {
                let token = text(step.first, "the token")?;
                let token = Token::new(Secret::from(token.to_owned()));
                let until = until.filter(|step| step.what == MOMENT);
                let end = until.and_then(|step| step.moment());
                Ok(Ok(end.into_iter().fold(token, Token::expires_at)))
            }
            (REFUSED, Some(more)) if more.what == REFUSED_AS => {
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

#[cfg(test)]
mod tests;
