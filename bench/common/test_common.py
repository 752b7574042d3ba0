"""Tests of what turns figures into results: `make bench-test`."""

import json
import os
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from . import driver, table
from .plan import SAME_CORE, TWO_CORES, Client, Language, Pair, Settings
from .quiet import Sample, Times, Watch, share


def row(name: str, *figures: tuple[float, float], c: int = 1, syscalls: float | None = None) -> driver.Row:
    made = driver.Row(Client(name, ()), "get", c, SAME_CORE if c == 1 else TWO_CORES)
    made.figures = [{"rps": rps, "cpu_us": cpu, "rss_mb": 10.0} for rps, cpu in figures]
    made.syscalls = syscalls
    return made


def report(quiet: bool = True) -> dict[str, Any]:
    ours, peer = row("reqtrail", (100, 5), syscalls=3.0), row("peer", (50, 10), syscalls=4.0)
    return {
        "date": "2026-11-26",
        "machine": "a machine",
        "server": "a server",
        "rounds": 1,
        "seconds": 1.0,
        "quiet": quiet,
        "load": {"before": 0.1, "after": 1.2},
        "steal": {"before": 0.0, "after": 0.001},
        "disturbed": {"windows": 0, "of": 2, "others_at_most": 0.01},
        "versions": {"peer": "1.0"},
        "left_out": {},
        "rows": [ours.report(), peer.report()],
        "ratios": [driver.ratio(ours, peer, "runs alone")],
    }


class Ratios(unittest.TestCase):
    def test_they_are_medians_of_each_rounds_own(self) -> None:
        # The machine doubles its speed in the second round, which must not show.
        ours = row("reqtrail", (100, 10), (200, 5), (90, 12), syscalls=3.0)
        peer = row("peer", (50, 20), (100, 10), (90, 12), syscalls=4.0)
        ratio = driver.ratio(ours, peer)
        self.assertEqual((ratio["rps"], ratio["cpu"]), (2.0, 0.5))
        self.assertEqual(ratio["rps_range"], [1.0, 2.0])
        self.assertEqual(ratio["syscalls"], 0.75)
        self.assertIsNone(ratio["instructions"])

    def test_counts_are_read(self) -> None:
        strace = "   calls syscall\n--------- ------\n      12 writev\n       3 recvfrom\n------\n      15 total\n"
        self.assertEqual(driver.strace_counts(strace), {"writev": 12, "recvfrom": 3})
        perf = "# started on Thu\n\n123456,,instructions:u,1000,100.00,,\n"
        self.assertEqual(driver.perf_counts(perf), {"instructions:u": 123456})
        self.assertEqual(driver.perf_counts("<not supported>,,instructions:u,0,100.00,,\n"), {})


class Quiet(unittest.TestCase):
    def test_either_idle_or_load_and_never_stolen(self) -> None:
        self.assertTrue(Sample(load=9.0, idle=0.95, steal=0.0).quiet)
        self.assertTrue(Sample(load=0.0, idle=0.5, steal=0.0).quiet)
        self.assertFalse(Sample(load=9.0, idle=0.5, steal=0.0).quiet)
        self.assertFalse(Sample(load=0.0, idle=1.0, steal=0.02).quiet)

    def test_the_line_of_all_processors(self) -> None:
        times = Times.parse("cpu  100 10 40 800 50 7 3 20 0 0")
        hertz = os.sysconf("SC_CLK_TCK")
        self.assertEqual(
            (times.busy, times.idle, times.steal, times.total), tuple(n / hertz for n in (150, 850, 20, 1030))
        )

    def test_a_share_of_nothing_is_none(self) -> None:
        self.assertEqual(share(1, 0), 0)
        self.assertEqual(share(-0.1, 1), 0)

    def test_own_work_is_no_disturbance_and_anothers_is(self) -> None:
        watch = Watch(os.getpid())
        for busy, disturbed in ((1.0, False), (1.2, True)):
            with (
                mock.patch.object(Times, "now", side_effect=[Times(0, 0, 0, 0), Times(busy, 2 - busy, 0, 2.0)]),
                mock.patch.object(watch, "_usage", side_effect=[0.0, 0.5]),
            ):
                watch.begin()
                self.assertEqual(watch.end(client=0.5), disturbed)
        self.assertFalse(watch.quiet)


class Files(unittest.TestCase):
    def test_only_quiet_and_complete_runs_replace_what_is_quoted(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)

            def kind(quiet: bool, **settings: Any) -> str:
                return driver.written(report(quiet), "rust", Settings(**settings), folder).name

            self.assertEqual(kind(True), "rust.json")
            self.assertEqual(kind(False), "rust.unquiet.json")
            self.assertEqual(kind(True, workloads=("get",)), "rust.part.json")
            self.assertEqual(kind(True, rounds=1), "rust.part.json")
            self.assertEqual(kind(False, rounds=1), "rust.unquiet.json")

    def test_the_tables_show_quiet_runs_only(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "rust.json").write_text(json.dumps(report()))
            (folder / "go.json").write_text(json.dumps(report(quiet=False)))
            (folder / "c.json").write_text(json.dumps({"rows": [], "ratios": []}))
            text, chart = table.figures(folder), table.drawn(folder)
        self.assertEqual(text.count("No run on a quiet machine yet."), 4)
        self.assertIn("| get | reqtrail | peer (runs alone) | 2.00 (2.00–2.00) | 0.50 (0.50–0.50) | 0.75 |", text)
        self.assertEqual(chart.count("no run on a quiet machine yet"), 4)
        self.assertIn("reqtrail / peer (runs alone)", chart)
        self.assertEqual(
            table.filled("a\n<!-- figures -->\nold\n<!-- /figures -->\nb", "new"),
            table.filled("a\n<!-- figures -->\n\nnew\n\n<!-- /figures -->\nb", "new"),
        )
        with self.assertRaises(ValueError):
            table.filled("no marks", "new")


class Choices(unittest.TestCase):
    LANGUAGE = Language(
        "x",
        (Client("a", ()), Client("b", ()), Client("c", ())),
        (Pair("a", "b", ("get", "tls")), Pair("a", "c")),
        {},
    )

    def chosen(self, **settings: Any) -> list[tuple[str, str, str]]:
        pairs = Settings(**settings).pairs(self.LANGUAGE)
        return [(pair.workloads[0], pair.ours, pair.peer) for pair in pairs]

    def test_pairs(self) -> None:
        self.assertEqual(self.chosen(), [("get", "a", "b"), ("get", "a", "c"), ("tls", "a", "b")])
        self.assertEqual(self.chosen(clients=("a", "c")), [("get", "a", "c")])
        self.assertEqual(self.chosen(workloads=("tls",)), [("tls", "a", "b")])

    def test_places(self) -> None:
        self.assertEqual(Settings().places(), [(1, SAME_CORE), (32, TWO_CORES)])
        self.assertEqual(Settings(placements=(TWO_CORES,)).places(), [(1, TWO_CORES), (32, TWO_CORES)])

    def test_the_environment_is_checked(self) -> None:
        with mock.patch.dict(os.environ, {"BENCH_WORKLOADS": "get, nothing"}), self.assertRaises(SystemExit):
            Settings.read()
        with mock.patch.dict(os.environ, {"BENCH_ROUNDS": "3", "BENCH_WORKLOADS": "get,h2"}):
            settings = Settings.read()
        self.assertEqual((settings.rounds, settings.workloads, settings.complete), (3, ("get", "h2"), False))


if __name__ == "__main__":
    unittest.main()
