"""The chart of the results: `python3 -m bench.common.table` draws it into docs/bench.svg.

One row for each peer in the workload `get`: requests per second of reqtrail divided by the peer's, on a logarithmic
axis. A language without a run on a quiet machine is named and has no rows.
"""

import math
from html import escape
from typing import Any

Report = dict[str, Any]

WIDTH, ROW, TOP, LEFT, RIGHT = 760, 17, 74, 330, 44
LEAST, MOST = 0.5, 200.0
TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100)
# One call at a time, and 32 in flight.
PLACES = {(1, "same-core"): ("#7f8c8d", 4), (32, "two-cores"): ("#1f6fb2", 8)}


def svg(languages: dict[str, Report | None]) -> str:
    """Draws reports by language; `None` stands for a language that has no run on a quiet machine."""
    body: list[str] = []
    y = TOP
    for language, report in languages.items():
        body.append(_text(8, y + 12, language, "bold"))
        if report is None:
            body.append(_text(_x(1) + 8, y + 12, "no run on a quiet machine yet"))
            y += ROW + 8
            continue
        for (client, peer), places in _comparisons(report).items():
            body.append(_text(LEFT - 8, y + 12, f"{client} / {peer}", anchor="end"))
            body += [_bar(y, place, value) for place, value in places.items()]
            body.append(_text(WIDTH - 4, y + 12, f"{places.get((32, 'two-cores'), math.nan):.2f}", anchor="end"))
            y += ROW
        y += 8
    grid = [_tick(tick, y) for tick in TICKS]
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 8}" font-family="sans-serif" font-size="12">',
        "<title>Requests per second of reqtrail divided by those of its peers</title>",
        f'<rect width="{WIDTH}" height="{y + 8}" fill="white"/>',
        _text(8, 18, "GET of 1 KiB: requests per second of reqtrail, divided by the peer's", "bold"),
        '<rect x="8" y="29" width="16" height="8" fill="#1f6fb2"/>',
        _text(30, 37, "32 calls in flight, two cores (the number at the right)"),
        '<rect x="360" y="31" width="16" height="4" fill="#7f8c8d"/>',
        _text(382, 37, "one call at a time, one core"),
    ]
    return "\n".join([*head, *grid, *body, "</svg>\n"])


def _comparisons(report: Report) -> dict[tuple[str, str], dict[tuple[int, str], float]]:
    """The ratios of the workload `get` to peers that are not reqtrail."""
    found: dict[tuple[str, str], dict[tuple[int, str], float]] = {}
    for one in report["ratios"]:
        place = one["c"], one["placement"]
        if one["workload"] == "get" and place in PLACES and not one["peer"].startswith("reqtrail"):
            found.setdefault((one["client"], _named(one)), {})[place] = one["rps"]
    return found


def _named(comparison: Report) -> str:
    note = comparison.get("note")
    return f"{comparison['peer']} ({note})" if note else str(comparison["peer"])


def _x(ratio: float) -> float:
    share = (math.log(ratio) - math.log(LEAST)) / (math.log(MOST) - math.log(LEAST))
    return LEFT + (WIDTH - LEFT - RIGHT) * min(max(share, 0.0), 1.0)


def _bar(y: int, place: tuple[int, str], ratio: float) -> str:
    """A bar from 1, to the right where reqtrail is faster and to the left where it is slower."""
    colour, height = PLACES[place]
    begin, end = sorted((_x(1), _x(ratio)))
    top = y + 3 if place[0] != 1 else y + 11
    return f'<rect x="{begin:.1f}" y="{top}" width="{end - begin:.1f}" height="{height}" fill="{colour}"/>'


def _tick(ratio: float, bottom: int) -> str:
    x, colour = _x(ratio), "#333" if ratio == 1 else "#ddd"
    line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{bottom}" stroke="{colour}"/>'
    return f"{line}\n{_text(x, TOP - 12, f'{ratio:g}', anchor='middle')}"


def _text(x: float, y: float, text: str, weight: str = "normal", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y}" font-weight="{weight}" text-anchor="{anchor}">{escape(text)}</text>'
