"""The options that are values."""

# Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypedDict

from ._native import CancelToken, Secret
from ._option_types import Headers, Query, RetryBudget, Seconds
from ._records import Attempt, CallInfo
from ._trail import Trail

__all__ = ["ClientValues", "CloudOptions", "RecentFilter", "RequestValues"]


class ClientValues(TypedDict, total=False):
    """The options of a client that are values. What is left out, or ``None``, keeps its default."""

    token: str | Secret | None
    """The credential: an API key, or a token. Trails, reports, logs and error texts never show it."""
    headers: Headers | None
    """Headers of every request; a request's own header of the same name replaces one. The values of
    ``Authorization``, ``Cookie`` and headers whose names say so, and those that are given as secrets, are
    redacted wherever the server repeats them."""
    user_agent: str | None
    """A text such as ``my-app/1.2`` that follows ``reqtrail/`` and the version in the ``User-Agent``."""
    microversion: str | None
    """The version of the API that requests ask for, such as ``2.90`` or ``latest``
    (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions take it."""
    max_attempts: int | None
    """How many attempts a call makes at most, 1 to 32; 1 turns retries off. Repetitions after a 401 and redirect
    hops do not count. Default: 4."""
    base_delay: Seconds | None
    """The bound of the first backoff; each further one is twice as long. In seconds, or a ``timedelta``. Default:
    0.5 s."""
    max_delay: Seconds | None
    """The bound of every backoff. In seconds, or a ``timedelta``. Default: 8 s."""
    max_retry_after: Seconds | None
    """The longest ``Retry-After`` that is waited for; a longer one ends the call. In seconds, or a ``timedelta``.
    Default: 60 s."""
    retry_budget: RetryBudget | None
    """The retry budget that all calls of the client share, so that an outage is not multiplied. A retry takes its
    cost, a success gives 1 back. ``None`` turns it off. Default: a capacity of 500 and a cost of 5."""
    timeout: Seconds | None
    """The time of a whole call, all attempts and waits included. A time above 10 seconds is the time of an attempt
    too, unless ``attempt_timeout`` sets another. In seconds, or a ``timedelta``. Default: 60 s."""
    attempt_timeout: Seconds | None
    """The time of one attempt, its body included. In seconds, or a ``timedelta``. Default: 10 s."""
    connect_timeout: Seconds | None
    """The time to connect. In seconds, or a ``timedelta``. Default: 5 s."""
    max_body_bytes: int | None
    """The largest body of a success, in bytes after decoding. Default: 64 MiB."""
    max_redirects: int | None
    """How many redirects a call follows; they never leave the origin. Default: 5."""
    show_query_params: str | Sequence[str] | None
    """The query parameters whose values trails show, besides ``limit``, ``cursor``, ``marker``, ``page`` and
    ``offset``. The values of others are redacted."""
    traceparent: bool | None
    """Whether attempts carry a ``traceparent`` header. Default: True."""
    decompress: bool | None
    """Whether content codings are used: gzip, br, zstd and deflate, as far as their features are on. If not, a body
    is given as it came. Default: True."""
    proxy: str | Secret | None
    """The URL of the proxy. By default the environment names it. ``None`` turns it off."""
    extra_ca: str | bytes | Sequence[str | bytes] | None
    """PEM texts of certificate authorities that are trusted besides those of the system."""
    client_certificate: str | Secret | None
    """The client's own certificate: a PEM text with the certificate and its private key."""
    danger_accept_invalid_certs: bool | None
    """Whether any TLS certificate is accepted. Anybody on the way can then read and change everything, the
    credential included; every trail says so. Default: False."""
    http1_only: bool | None
    """Whether HTTP/2 is left out. Default: False."""
    pool_max_idle: int | None
    """How many idle connections are kept, by all threads together. Default: unlimited."""
    pool_idle_timeout: Seconds | None
    """How long an idle connection is kept. The older it is, the likelier the server closes it just as a request goes
    out, which leaves that request's outcome unknown. In seconds, or a ``timedelta``. Default: 15 s."""
    http2_ping_interval: Seconds | None
    """How long an HTTP/2 connection with open streams may be silent before the peer is pinged. A peer that vanishes
    without a word is noticed so, and by the attempt's own timeout. ``None`` turns it off. In seconds, or a
    ``timedelta``. Default: 5 s."""
    http2_ping_timeout: Seconds | None
    """How long the answer to an HTTP/2 ping may take before the connection is given up. In seconds, or a
    ``timedelta``. Default: 3 s."""
    unix_socket: str | os.PathLike[str] | None
    """The path of a Unix socket to connect to. The base URL's host and port then only name the API: in ``Host``, in
    TLS and in trails. No proxy of the environment is used, and ``proxy`` is a ``config`` error beside it."""
    jitter_seed: int | None
    """The seed of the random waits, which makes them repeatable, for tests."""
    resolve: str | Sequence[str] | None
    """Addresses of hosts that are then not looked up, each as curl's ``--resolve`` has it:
    ``HOST:PORT:ADDRESS[,ADDRESS]…``. Connections to that host and port go to the addresses, while ``Host``, TLS
    and trails keep the name. ``*`` as the host stands for every name; of several entries for a host the last
    counts. A proxy is found this way too, but what it looks up itself is not."""
    record: str | os.PathLike[str] | None
    """The file that the client's exchanges are recorded in, as a script that plays them again without a network:
    bodies and all, but without the secrets that are known. ``REQTRAIL_RECORD`` in the environment does the same
    for every client. Both need ``REQTRAIL_ALLOW_RECORD=1`` in the environment; without it the option is a
    ``config`` error. A recording that is there is replaced, and warnings say what is different."""
    chaos: str | None
    """Faults that are injected into the client's calls by chance, for staging:
    ``503@10%,reset-after@2%,429:retry-after=2@5%,latency=200ms@20%;seed=7``. The environment has to allow it by
    ``REQTRAIL_ALLOW_CHAOS=1``; then ``REQTRAIL_CHAOS`` does the same for clients without the option. Every trail
    says so."""
    recorder: bool | None
    """Whether the client keeps the trails of its last calls in memory, where its recorder finds them. Default: True."""
    slow_after: Seconds | None
    """The least time that a slow call takes. The recorder and the journal keep slow calls although they succeeded.
    In seconds, or a ``timedelta``. Default: 1 s."""
    service_name: str | None
    """The name by which the journal and its readers know the program. By default it is what the variable
    ``REQTRAIL_SERVICE`` says, else the name of the program."""
    journal: str | os.PathLike[str] | None
    """The folder of the journal: files that the command ``reqtrail`` reads, and that outlive the process. The
    variable ``REQTRAIL_JOURNAL`` does the same for clients without the option; its value ``1`` stands for the
    default folder, ``reqtrail`` in ``$XDG_STATE_HOME`` or in ``~/.local/state``. All clients of a process that
    name a folder share its journal. Nothing is made on the disk before there is something to write."""
    journal_policy: Literal["failed", "notable", "all"] | None
    """Which calls the journal keeps: ``failed``, ``notable`` (by default: these, and calls that were slow or had
    several attempts) or ``all``. The variable ``REQTRAIL_JOURNAL_POLICY`` does the same for clients without the
    option."""
    journal_sync: Literal["auto", "always", "never"] | None
    """Whether the thread that makes a call writes the call's record before the call returns: ``always``, ``never``
    (a thread of the journal's own writes it soon after), or ``auto`` (by default: ``always`` on a local disk,
    ``never`` while the disk is slow or not local). The variable ``REQTRAIL_JOURNAL_SYNC`` does the same for
    clients without the option."""
    journal_fsync: bool | None
    """Whether each record is forced to the disk, so that it survives a loss of power. It costs milliseconds.
    Default: False."""
    journal_urls: Literal["full", "template"] | None
    """How the URLs of attempts stand in the journal: ``full`` (by default: as trails show them), or ``template``,
    for APIs whose paths hold personal data."""
    journal_max_bytes: int | None
    """How many bytes all journals of the folder may take: 64 MiB by default, and 1 MiB or more. The oldest records
    go first. The variable ``REQTRAIL_JOURNAL_MAX_BYTES`` does the same for clients without the option."""
    journal_max_age: Seconds | None
    """How long records are kept. In seconds, or a ``timedelta``. Default: 7 days."""
    service: str | None
    """The type of the OpenStack service that the client calls, such as ``volume``, ``network`` or ``image``;
    ``compute`` without it. Trails, logs and hooks name the service so. It also says under which name
    ``microversion`` is sent: an alias of the service-types authority (<https://service-types.openstack.org/>)
    does as well as its type. Only the dialect ``openstack`` takes it."""
    on_attempt: Callable[[CallInfo, Attempt], object] | None
    """What is called after each attempt, before the wait that may follow it."""
    on_call: Callable[[Trail], object] | None
    """What is called when a call has ended, however it ended."""


class RequestValues(TypedDict, total=False):
    """The options of a request that are values. ``None`` leaves one out."""

    timeout: Seconds | None
    """The time of the whole call, all attempts and waits included. A time above the client's ``attempt_timeout``
    lifts that for this call too. In seconds, or a ``timedelta``."""
    attempt_timeout: Seconds | None
    """The time of one attempt, its body included. In seconds, or a ``timedelta``."""
    connect_timeout: Seconds | None
    """The time to connect. In seconds, or a ``timedelta``."""
    max_attempts: int | None
    """How many attempts the call makes at most, 1 to 32; 1 turns retries off."""
    idempotent: bool | None
    """Whether the request may be sent twice, in place of what its method says."""
    idempotency_key: str | None
    """The ``Idempotency-Key``, the same on every attempt. A request with a key is safe to repeat."""
    correlation_id: str | None
    """The correlation ID, in place of the call's: the ID of the request that this call serves. For OpenStack that is
    the global request ID, ``req-`` and a UUID in lower case, which appears in the logs of every service on the
    way; a malformed one is ``invalid_request``, since the server would drop it in silence."""
    microversion: str | None
    """The version of the API to ask for, such as ``2.90`` or ``latest``, in place of the client's
    (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions take it."""
    if_none_match: str | None
    """The entity tag of a response that the caller has: the ``ETag`` header of an earlier response, sent as it is,
    quotes included. Where it is still current, the call succeeds with a 304 without a body. Without this option a
    304 is an ``api`` error, also to an ``If-None-Match`` of the caller's own."""
    accept_statuses: int | Iterable[int] | None
    """Further statuses that are no error, 300 to 599. A response with one of them is the call's result, as a 2xx is:
    it is not repeated, a 401 refreshes no token, and a redirect is not followed."""
    params: Mapping[str, object] | Iterable[tuple[str, object]] | None
    """The values of the path's ``{name}``; each is percent-encoded whole. A secret stays ``{name}`` in trails, logs
    and errors."""
    query: Query | None
    """Query parameters. Trails redact their values unless the client shows them. A list of values gives several of
    one name. What is ``None`` is left out, a pair or one value of a list."""
    headers: Headers | None
    """Headers; one replaces a header of the client of the same name."""
    json: Any
    """A body that is sent as JSON. ``None`` is sent as ``null``."""
    content: bytes | bytearray | memoryview | str | None
    """A body that is sent as it is."""
    cancel: CancelToken | None
    """What cancels the call. It does so from any thread, at once, also in a wait or a body."""


class RecentFilter(TypedDict, total=False):
    """Which of the kept calls are asked for: those that match all of these. ``None`` leaves one out."""

    failed: bool | None
    """Whether only failed calls match. Default: False."""
    slower_than: Seconds | None
    """The least time that a call took. In seconds, or a ``timedelta``."""
    code: str | None
    """The error code of a call's last attempt, in its canonical spelling."""
    path: str | None
    """The path template, as in ``/cameras/{id}``."""
    status: int | None
    """The status that a call's last attempt got."""
    limit: int | None
    """How many calls are returned at most."""


class CloudOptions(TypedDict, total=False):
    """What a cloud is described by: the keys of an entry of ``clouds.yaml``. ``None`` leaves one out."""

    auth: Mapping[str, str | Secret] | None
    """The URL of Keystone, ``auth_url``, and what the way to sign in takes: ``username``, ``password``,
    ``passcode``, ``project_name`` and domains, or ``application_credential_id`` and
    ``application_credential_secret``, or ``token``. ``trust_id`` stands in place of a project, and ``receipt`` is
    that of a multi-factor sign-in which continues. ``http_basic`` takes ``endpoint``, ``username`` and
    ``password``."""
    auth_type: str | None
    """The way to sign in: ``password`` (the default), ``v3totp``, ``v3multifactor``, ``v3applicationcredential``,
    ``token``, ``http_basic``, ``admin_token`` or ``none``. A passcode serves one sign-in, so a client that had
    one does not renew its token."""
    region_name: str | None
    """The region of the endpoint; without one it is the first of the catalog that fits."""
    interface: str | Sequence[str] | None
    """The interface of the endpoint: ``public`` (the default), ``internal`` or ``admin``."""
    compute_endpoint_override: str | None
    """The compute endpoint, in the place of the catalog's."""
    compute_default_microversion: str | None
    """The version of the API that requests ask for, such as ``2.90``."""
    verify: bool | None
    """Whether TLS certificates are verified. Default: True."""
    cacert: str | None
    """The path of a PEM file with more certificate authorities."""
    cert: str | None
    """The path of a PEM file with a client certificate."""
    key: str | None
    """The path of a PEM file with the private key of the client certificate."""
    auth_methods: str | Sequence[str] | None
    """The ways of proof of ``v3multifactor``, such as ``v3password`` and ``v3totp``."""
