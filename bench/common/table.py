"""The tables of the results as Markdown: `python3 -m bench.common.table` fills them into bench/README.md.

They go between `<!-- figures -->` and `<!-- /figures -->`, and the chart goes into docs/bench.svg. A run that was not quiet
is never shown.
"""

import json
import sys
from pathlib import Path
from typing import Any

from . import chart

BENCH = Path(__file__).parent.parent
LANGUAGES = {"rust": "Rust", "python": "Python", "node": "Node", "c": "C", "go": "Go"}
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"

Report = dict[str, Any]


def ratios(report: Report) -> str:
    """One line for each comparison; c=1 and c=32 beside each other."""
    columns: dict[tuple[int, str], None] = {}
    lines: dict[tuple[str, str, str, str], dict[tuple[int, str], Report]] = {}
    for one in report["ratios"]:
        place = one["c"], one["placement"]
        columns[place] = None
        key = one["workload"], one["client"], one["peer"], one.get("note", "")
        lines.setdefault(key, {})[place] = one
    head, rule = ["workload", "reqtrail's client", "peer"], ["---"] * 3
    for c, placement in columns:
        head += [f"c={c} {placement} rps", "CPU"]
        rule += ["--:"] * 2
        if (c, placement) == (1, "same-core"):
            head.append("system calls")
            rule.append("--:")
    out = [_line(head), _line(rule)]
    for (workload, client, peer, note), found in lines.items():
        cells = [workload, client, f"{peer} ({note})" if note else peer]
        for place in columns:
            one = found.get(place, {})
            cells += [_ranged(one, "rps"), _ranged(one, "cpu")]
            if place == (1, "same-core"):
                cells.append(_number(one.get("syscalls")))
        out.append(_line(cells))
    return "\n".join(out)


def rows(report: Report) -> str:
    """One line for each client, workload and placement."""
    counted = any(row["instructions"] is not None for row in report["rows"])
    head = ["workload", "client", "c", "placement", "rps", "CPU µs", "RSS MB", "system calls"]
    head += ["instructions"] if counted else []
    out = [_line(head), _line(["---"] * 2 + ["--:", "---"] + ["--:"] * (len(head) - 4))]
    for row in report["rows"]:
        cells = [row["workload"], row["client"], str(row["c"]), row["placement"]]
        cells += [f"{row['rps']:,}", f"{row['cpu_us']:,}", f"{row['rss_mb']:,}", _number(row["syscalls"])]
        cells += [_number(row["instructions"])] if counted else []
        out.append(_line(cells))
    return "\n".join(out)


def conditions(report: Report) -> str:
    """The machine and what the run is worth, in one paragraph."""
    versions = ", ".join(f"{name} {text}" for name, text in report["versions"].items())
    load, steal = report["load"], report["steal"]
    text = (
        f"{report['machine']}; {report['server']}; {report['rounds']} rounds of {report['seconds']:g} s. "
        f"Load {load['before']:.2f} before and {load['after']:.2f} after, "
        f"stolen {steal['before']:.1%} and {steal['after']:.1%}; "
        f"{report['disturbed']['windows']} of {report['disturbed']['of']} windows disturbed. {versions}."
    )
    if report["left_out"]:
        text += " Left out: " + "; ".join(f"{name} ({why})" for name, why in report["left_out"].items()) + "."
    return text


def section(name: str, report: Report | None) -> str:
    title = LANGUAGES[name]
    if report is None:
        return f"### {title}\n\nNo run on a quiet machine yet."
    return "\n\n".join(
        [
            f"### {title}, {report['date']}",
            conditions(report),
            ratios(report),
            f"<details><summary>All rows</summary>\n\n{rows(report)}\n\n</details>",
        ]
    )


def quiet_run(folder: Path, name: str) -> Report | None:
    """The run of a language, if the machine was quiet. A file that does not say so counts as not quiet."""
    path = folder / f"{name}.json"
    report: Report | None = json.loads(path.read_text()) if path.exists() else None
    return report if report is not None and report.get("quiet") is True else None


def figures(folder: Path) -> str:
    return "\n\n".join(section(name, quiet_run(folder, name)) for name in LANGUAGES)


def drawn(folder: Path) -> str:
    return chart.svg({title: quiet_run(folder, name) for name, title in LANGUAGES.items()})


def filled(text: str, new: str) -> str:
    """Returns the text with the part between the marks replaced."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README needs a line `{BEGIN}` and, below it, a line `{END}`")
    return f"{before}{BEGIN}\n\n{new}\n\n{END}{after}"


def summary(report: Report) -> str:
    quiet = "" if report["quiet"] else "\nNOT A QUIET RUN: these figures are not to be quoted."
    return f"{rows(report)}\n\n{ratios(report)}\n{quiet}"


def _ranged(one: Report, key: str) -> str:
    if not one:
        return "–"
    least, most = one[f"{key}_range"]
    return f"{one[key]:.2f} ({least:.2f}–{most:.2f})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,}"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    wanted = {
        BENCH / "README.md": filled((BENCH / "README.md").read_text(), figures(BENCH / "results")),
        BENCH.parent / "docs" / "bench.svg": drawn(BENCH / "results"),
    }
    for path, text in wanted.items():
        shown = path.relative_to(BENCH.parent)
        if sys.argv[1:] == ["--check"]:
            if not path.exists() or path.read_text() != text:
                sys.exit(f"{shown} does not show the results as they are; run 'make bench-tables'")
        else:
            path.write_text(text)
            print(f"wrote {shown}")
