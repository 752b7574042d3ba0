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
    """The credential: an API key or a token. Trails, reports, logs and error texts never show it."""
    headers: Headers | None
    """Headers that every request carries; a request's own header of the same name replaces one. The values of
    ``Authorization``, ``Cookie``, headers with a secret-looking name, and headers given as secrets are redacted
    wherever the server repeats them."""
    user_agent: str | None
    """A text such as ``my-app/1.2`` that follows ``reqtrail/`` and the version in the ``User-Agent``."""
    microversion: str | None
    """The version of the API that requests ask for, such as ``2.90`` or ``latest``
    (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions take it."""
    max_attempts: int | None
    """The maximum number of attempts of a call, 1 to 32; 1 turns retries off. Repetitions after a 401 and redirect
    hops do not count. Default: 4."""
    base_delay: Seconds | None
    """The upper bound of the first backoff. It doubles with each further backoff. In seconds, or a ``timedelta``.
    Default: 0.5 s."""
    max_delay: Seconds | None
    """The upper bound of every backoff. In seconds, or a ``timedelta``. Default: 8 s."""
    max_retry_after: Seconds | None
    """The longest ``Retry-After`` that a call waits for; a longer one ends the call. In seconds, or a ``timedelta``.
    Default: 60 s."""
    retry_budget: RetryBudget | None
    """The retry budget that all calls of the client share, so that retries do not multiply the load of an outage. A
    retry takes its cost, and a success returns 1. ``None`` turns it off. Default: a capacity of 500 and a cost of
    5."""
    timeout: Seconds | None
    """The timeout of a whole call, including all attempts and waits. If the program sets more than 10 seconds, and
    no ``attempt_timeout``, an attempt has this timeout too. In seconds, or a ``timedelta``. Default: 60 s."""
    attempt_timeout: Seconds | None
    """The timeout of one attempt, including its body. In seconds, or a ``timedelta``. Default: 10 s."""
    connect_timeout: Seconds | None
    """The timeout of connecting. In seconds, or a ``timedelta``. Default: 5 s."""
    max_body_bytes: int | None
    """The largest body of a successful response, in bytes after decoding. Default: 64 MiB."""
    max_redirects: int | None
    """How many redirects a call follows at most. Only redirects within the origin are followed. Default: 5."""
    show_query_params: str | Sequence[str] | None
    """The query parameters whose values trails show, besides ``limit``, ``cursor``, ``marker``, ``page`` and
    ``offset``. All other values are redacted."""
    traceparent: bool | None
    """Whether attempts carry a ``traceparent`` header. Default: True."""
    decompress: bool | None
    """Whether responses are requested compressed and then decoded (gzip, br, zstd and deflate, as far as their
    features are on). If not, a body is returned as it came. Default: True."""
    proxy: str | Secret | None
    """The URL of the proxy. By default it comes from the environment. ``None`` turns it off."""
    extra_ca: str | bytes | Sequence[str | bytes] | None
    """Certificate authorities, as PEM texts, that are trusted in addition to those of the system."""
    client_certificate: str | Secret | None
    """The client certificate: a PEM text with the certificate and its private key."""
    danger_accept_invalid_certs: bool | None
    """Whether any TLS certificate is accepted. Anybody on the network path can then read and change everything,
    including the credential. Every trail notes it. Default: False."""
    http1_only: bool | None
    """Whether only HTTP/1.1 is used, and HTTP/2 never. Default: False."""
    pool_max_idle: int | None
    """How many idle connections are kept, across all threads. Default: unlimited."""
    pool_idle_timeout: Seconds | None
    """How long an idle connection is kept. The longer it is idle, the likelier the server closes it just as a
    request goes out, which leaves the outcome of that request unknown. In seconds, or a ``timedelta``. Default:
    15 s."""
    http2_ping_interval: Seconds | None
    """How long an HTTP/2 connection with open streams may be silent before it is pinged. The pings, and the timeout
    of the attempt, detect a peer that has vanished without closing the connection. ``None`` turns it off. In
    seconds, or a ``timedelta``. Default: 5 s."""
    http2_ping_timeout: Seconds | None
    """How long the answer to an HTTP/2 ping may take before the connection is dropped. In seconds, or a
    ``timedelta``. Default: 3 s."""
    unix_socket: str | os.PathLike[str] | None
    """The path of a Unix socket to connect to. The host and port of the base URL then only name the API, in
    ``Host``, in TLS and in trails. Proxies from the environment are ignored, and setting ``proxy`` too is a
    ``config`` error."""
    jitter_seed: int | None
    """The seed of the random waits, which makes them repeatable in tests."""
    resolve: str | Sequence[str] | None
    """Addresses of hosts that are then not looked up, each as curl's ``--resolve`` has it:
    ``HOST:PORT:ADDRESS[,ADDRESS]…``. Connections to that host and port go to the addresses, while ``Host``, TLS
    and trails keep the name. ``*`` as the host matches every name, and the last of several entries for a host
    wins. The name of a proxy is resolved this way too, but not the names that the proxy looks up itself."""
    record: str | os.PathLike[str] | None
    """The file that the client's exchanges are recorded in, as a script that replays them without a network. It
    contains bodies, but no known secrets. ``REQTRAIL_RECORD`` in the environment does the same for every client.
    Both need ``REQTRAIL_ALLOW_RECORD=1`` in the environment; without it the option is a ``config`` error. An
    existing recording is replaced, and warnings say what differs."""
    chaos: str | None
    """Faults that are injected at random into the client's calls, for staging:
    ``503@10%,reset-after@2%,429:retry-after=2@5%,latency=200ms@20%;seed=7``. The environment has to allow it with
    ``REQTRAIL_ALLOW_CHAOS=1``; ``REQTRAIL_CHAOS`` then does the same for clients without the option. Every trail
    notes it."""
    recorder: bool | None
    """Whether the client keeps the trails of its last calls in memory, where its recorder finds them. Default: True."""
    slow_after: Seconds | None
    """The duration from which a call counts as slow. The recorder and the journal keep slow calls even if they
    succeeded. In seconds, or a ``timedelta``. Default: 1 s."""
    service_name: str | None
    """The name by which the journal and its readers know the program. The default is the variable
    ``REQTRAIL_SERVICE``, or else the name of the program."""
    journal: str | os.PathLike[str] | None
    """The folder of the journal: files that outlive the process and that the command ``reqtrail`` reads. The
    variable ``REQTRAIL_JOURNAL`` does the same for clients without the option; its value ``1`` stands for the
    default folder, ``reqtrail`` in ``$XDG_STATE_HOME`` or in ``~/.local/state``. All clients of a process with
    the same folder share its journal. Nothing is created on disk before there is something to write."""
    journal_policy: Literal["failed", "notable", "all"] | None
    """Which calls the journal keeps: ``failed``, ``notable`` (by default: these, and calls that were slow or had
    several attempts) or ``all``. The variable ``REQTRAIL_JOURNAL_POLICY`` does the same for clients without the
    option."""
    journal_sync: Literal["auto", "always", "never"] | None
    """Whether the thread that makes a call writes its record before the call returns: ``always``, ``never`` (the
    journal's thread writes it soon after), or ``auto`` (by default: ``always`` on a local disk, ``never`` while
    the disk is slow or not local). The variable ``REQTRAIL_JOURNAL_SYNC`` does the same for clients without the
    option."""
    journal_fsync: bool | None
    """Whether each record is flushed to the disk (fsync), so that it survives a power loss. It costs milliseconds
    per record. Default: False."""
    journal_urls: Literal["full", "template"] | None
    """How the journal writes the URLs of attempts: ``full`` (by default: as trails show them), or ``template``, for
    APIs whose paths hold personal data."""
    journal_max_bytes: int | None
    """How many bytes all journals of the folder may take together: 64 MiB by default, at least 1 MiB. The oldest
    records are deleted first. The variable ``REQTRAIL_JOURNAL_MAX_BYTES`` does the same for clients without the
    option."""
    journal_max_age: Seconds | None
    """How long records are kept. In seconds, or a ``timedelta``. Default: 7 days."""
    service: str | None
    """The type of the OpenStack service that the client calls, such as ``volume``, ``network`` or ``image``;
    ``compute`` by default. Trails, logs and hooks name the service so, and it decides under which name
    ``microversion`` is sent. An alias of the service-types authority (<https://service-types.openstack.org/>)
    works too. Only the dialect ``openstack`` takes it."""
    on_attempt: Callable[[CallInfo, Attempt], object] | None
    """The function that is called after each attempt, before the wait that may follow."""
    on_call: Callable[[Trail], object] | None
    """The function that is called when a call has ended, however it ended."""


class RequestValues(TypedDict, total=False):
    """The options of a request that are values. ``None`` leaves one out."""

    timeout: Seconds | None
    """The timeout of the whole call, including all attempts and waits. A value above the client's
    ``attempt_timeout`` raises that for this call too. In seconds, or a ``timedelta``."""
    attempt_timeout: Seconds | None
    """The timeout of one attempt, including its body. In seconds, or a ``timedelta``."""
    connect_timeout: Seconds | None
    """The timeout of connecting. In seconds, or a ``timedelta``."""
    max_attempts: int | None
    """The maximum number of attempts, 1 to 32; 1 turns retries off."""
    idempotent: bool | None
    """Whether the request may be sent twice. By default its method decides."""
    idempotency_key: str | None
    """The ``Idempotency-Key``, the same on every attempt. A request with a key is safe to repeat."""
    correlation_id: str | None
    """The correlation ID, the ID of the request that this call serves, instead of one made from the call ID. For
    OpenStack it is the global request ID, ``req-`` and a UUID in lower case, which appears in the logs of every
    service on the way. A malformed one is an ``invalid_request`` error, since the server would drop it silently."""
    microversion: str | None
    """The version of the API to ask for, such as ``2.90`` or ``latest``, instead of the client's
    (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions take it."""
    if_none_match: str | None
    """The entity tag of a response that the caller has: the ``ETag`` header of an earlier response, sent unchanged,
    including the quotes. If it is still current, the call succeeds with a 304 without a body. Without this option
    a 304 is an ``api`` error, even if the caller sets the header ``If-None-Match``."""
    accept_statuses: int | Iterable[int] | None
    """Further statuses, 300 to 599, that are not errors. A response with one of them is the result of the call, like
    a 2xx: the request is not retried, a 401 does not refresh the token, and a redirect is not followed."""
    params: Mapping[str, object] | Iterable[tuple[str, object]] | None
    """The values of the ``{name}`` parts of the path; each is percent-encoded as a whole. A secret stays ``{name}``
    in trails, logs and errors."""
    query: Query | None
    """Query parameters. Trails redact their values unless the client shows them. A list of values sends the name
    once for each. ``None`` is left out, as a value and within a list."""
    headers: Headers | None
    """Headers; one replaces the client's header of the same name."""
    json: Any
    """A body that is sent as JSON. ``None`` is sent as ``null``."""
    content: bytes | bytearray | memoryview | str | None
    """A body that is sent unchanged."""
    cancel: CancelToken | None
    """What cancels the call. It works from any thread and at once, also during a wait or a body."""


class RecentFilter(TypedDict, total=False):
    """Which of the kept calls are asked for: those that match all of these. ``None`` leaves one out."""

    failed: bool | None
    """Whether only failed calls match. Default: False."""
    slower_than: Seconds | None
    """The minimum duration of a call. In seconds, or a ``timedelta``."""
    code: str | None
    """The error code of a call's last attempt, in its canonical spelling."""
    path: str | None
    """The path template, as in ``/cameras/{id}``."""
    status: int | None
    """The status of a call's last attempt."""
    limit: int | None
    """The maximum number of calls to return."""


class CloudOptions(TypedDict, total=False):
    """What a cloud is described by: the keys of an entry of ``clouds.yaml``. ``None`` leaves one out. Keys such as
    ``volume_interface`` are for one service; a cloud also takes those of services that are not listed here, by
    any name of the service-types authority."""

    auth: Mapping[str, str | Secret] | None
    """The URL of Keystone, ``auth_url``, and what the way to sign in takes: ``username``, ``password``,
    ``passcode``, ``project_name`` and domains, or ``application_credential_id`` and
    ``application_credential_secret``, or ``token``. ``trust_id`` replaces the project, and ``receipt`` continues
    a multi-factor sign-in. ``http_basic`` takes ``endpoint``, ``username`` and ``password``."""
    auth_type: str | None
    """The way to sign in: ``password`` (the default), ``v3totp``, ``v3multifactor``, ``v3applicationcredential``,
    ``token``, ``http_basic``, ``admin_token`` or ``none``. A passcode serves one sign-in, so a client that had
    one does not renew its token."""
    region_name: str | None
    """The region of the endpoint; the default is the first endpoint of the catalog that fits."""
    interface: str | Sequence[str] | None
    """The interface of the endpoint: ``public`` (the default), ``internal`` or ``admin``."""
    compute_endpoint_override: str | None
    """The compute endpoint, instead of the catalog's."""
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
    """The methods of ``v3multifactor``, such as ``v3password`` and ``v3totp``."""
    compute_interface: str | Sequence[str] | None
    compute_region_name: str | None
    compute_service_type: str | None
    compute_api_version: str | int | None
    volume_endpoint_override: str | None
    volume_interface: str | Sequence[str] | None
    volume_region_name: str | None
    volume_service_type: str | None
    volume_default_microversion: str | None
    volume_api_version: str | int | None
    block_storage_endpoint_override: str | None
    block_storage_interface: str | Sequence[str] | None
    block_storage_region_name: str | None
    block_storage_service_type: str | None
    block_storage_default_microversion: str | None
    block_storage_api_version: str | int | None
    image_endpoint_override: str | None
    image_interface: str | Sequence[str] | None
    image_region_name: str | None
    image_service_type: str | None
    image_default_microversion: str | None
    image_api_version: str | int | None
    network_endpoint_override: str | None
    network_interface: str | Sequence[str] | None
    network_region_name: str | None
    network_service_type: str | None
    network_default_microversion: str | None
    network_api_version: str | int | None
    identity_endpoint_override: str | None
    identity_interface: str | Sequence[str] | None
    identity_region_name: str | None
    identity_service_type: str | None
    identity_default_microversion: str | None
    identity_api_version: str | int | None
    load_balancer_endpoint_override: str | None
    load_balancer_interface: str | Sequence[str] | None
    load_balancer_region_name: str | None
    load_balancer_service_type: str | None
    load_balancer_default_microversion: str | None
    load_balancer_api_version: str | int | None
    object_store_endpoint_override: str | None
    object_store_interface: str | Sequence[str] | None
    object_store_region_name: str | None
    object_store_service_type: str | None
    object_store_default_microversion: str | None
    object_store_api_version: str | int | None
    orchestration_endpoint_override: str | None
    orchestration_interface: str | Sequence[str] | None
    orchestration_region_name: str | None
    orchestration_service_type: str | None
    orchestration_default_microversion: str | None
    orchestration_api_version: str | int | None
    shared_file_system_endpoint_override: str | None
    shared_file_system_interface: str | Sequence[str] | None
    shared_file_system_region_name: str | None
    shared_file_system_service_type: str | None
    shared_file_system_default_microversion: str | None
    shared_file_system_api_version: str | int | None
    dns_endpoint_override: str | None
    dns_interface: str | Sequence[str] | None
    dns_region_name: str | None
    dns_service_type: str | None
    dns_default_microversion: str | None
    dns_api_version: str | int | None
    key_manager_endpoint_override: str | None
    key_manager_interface: str | Sequence[str] | None
    key_manager_region_name: str | None
    key_manager_service_type: str | None
    key_manager_default_microversion: str | None
    key_manager_api_version: str | int | None
    placement_endpoint_override: str | None
    placement_interface: str | Sequence[str] | None
    placement_region_name: str | None
    placement_service_type: str | None
    placement_default_microversion: str | None
    placement_api_version: str | int | None
    baremetal_endpoint_override: str | None
    baremetal_interface: str | Sequence[str] | None
    baremetal_region_name: str | None
    baremetal_service_type: str | None
    baremetal_default_microversion: str | None
    baremetal_api_version: str | int | None
