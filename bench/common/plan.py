"""What a language has to say about its bench: which clients there are, and which are compared."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

WORKLOADS = {
    "get": "GET, 1 KiB of JSON, HTTP/1.1",
    "tls": "the same over TLS 1.3, on connections that are kept",
    "post": "POST of 1 KiB of JSON, answered by 204",
    "large": "GET of a body of 1 MiB",
    "h2": "GET of 1 KiB over HTTP/2 and TLS 1.3",
    "retry": "GET of 1 KiB where half of the answers are a 503, so a call takes two attempts on average",
}
SAME_CORE, TWO_CORES = "same-core", "two-cores"
PLACEMENTS = {
    SAME_CORE: "server and client on core 0",
    TWO_CORES: "server on core 0, client on core 1",
}
DEFAULT_PLACEMENT = {1: SAME_CORE, 32: TWO_CORES}
"""One call at a time is judged on one core: on two, most of the time goes into waking the other one."""


@dataclass(frozen=True)
class Client:
    """A program that makes calls.

    It is run as `COMMAND… NAME WORKLOAD CONCURRENCY URL --seconds=S` or `… --requests=N`, and prints one line of JSON:
    `{"requests", "rps", "cpu_us", "rss_mb"}`. The environment variable `BENCH_CA` names the file of the server's
    certificate authority; `SSL_CERT_FILE` and what else has that meaning name it too.
    """

    name: str
    command: tuple[str, ...]
    missing: str = ""
    """Why the client cannot be run, if it cannot."""


@dataclass(frozen=True)
class Pair:
    """One of our clients and the peers it is compared with."""

    ours: str
    peer: str
    workloads: tuple[str, ...] = ("get",)
    note: str = ""


@dataclass(frozen=True)
class Language:
    name: str
    clients: tuple[Client, ...]
    pairs: tuple[Pair, ...]
    versions: dict[str, str]
    extra: Callable[[], dict[str, Any]] = dict
    """Further fields of the results, measured after the rounds."""


@dataclass(frozen=True)
class Settings:
    rounds: int = 5
    seconds: float = 1.0
    wait: float = 300.0
    workloads: tuple[str, ...] = ()
    placements: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    concurrencies: tuple[int, ...] = field(default=tuple(DEFAULT_PLACEMENT))

    @staticmethod
    def read() -> "Settings":
        def words(name: str, known: Any = None) -> tuple[str, ...]:
            found = tuple(os.environ.get(name, "").replace(",", " ").split())
            for word in found:
                if known is not None and word not in known:
                    sys.exit(f"{name} has `{word}`; expected one or more of {', '.join(known)}")
            return found

        def number(name: str, default: float) -> float:
            text = os.environ.get(name) or str(default)
            try:
                return float(text)
            except ValueError:
                sys.exit(f"{name} is `{text}`; expected a number")

        given = Settings()
        return Settings(
            rounds=max(1, int(number("BENCH_ROUNDS", given.rounds))),
            seconds=number("BENCH_SECONDS", given.seconds),
            wait=number("BENCH_WAIT", given.wait),
            workloads=words("BENCH_WORKLOADS", WORKLOADS),
            placements=words("BENCH_PLACEMENTS", PLACEMENTS),
            clients=words("BENCH_CLIENTS"),
            concurrencies=tuple(int(c) for c in words("BENCH_C", ("1", "32"))) or given.concurrencies,
        )

    @property
    def complete(self) -> bool:
        """Whether the results may stand for the language: nothing left out, and long enough to mean something."""
        filtered = self.workloads or self.placements or self.clients or self.concurrencies != Settings().concurrencies
        return not filtered and self.rounds >= 5 and self.seconds >= 0.5

    def places(self) -> list[tuple[int, str]]:
        if self.placements:
            return [(c, placement) for placement in self.placements for c in self.concurrencies]
        return [(c, DEFAULT_PLACEMENT[c]) for c in self.concurrencies]

    def pairs(self, language: Language) -> list[Pair]:
        """The comparisons that are wanted, each for one workload."""
        return [
            Pair(pair.ours, pair.peer, (workload,), pair.note)
            for workload in self.workloads or WORKLOADS
            for pair in language.pairs
            if workload in pair.workloads and (not self.clients or {pair.ours, pair.peer} <= set(self.clients))
        ]
