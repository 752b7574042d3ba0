//! Draws the load: requests per second over the outage, with and without the retry budget.

use std::fmt::Write as _;

use crate::{Load, OUTAGE};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 60.0;
const BOTTOM: f64 = 40.0;
const TOP: f64 = 46.0;

/// Draws the requests per second with the default budget and without one, and the calls per second.
#[must_use]
pub fn svg(with: &Load, without: &Load) -> String {
    let seconds = OUTAGE.2;
    let rate = |load: &Load, of: fn((u64, u64)) -> u64| -> Vec<f64> {
        (0..seconds)
            .map(|s| {
                #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
                let count = of(load.between(s, s + 1)) as f64;
                count
            })
            .collect()
    };
    let lines = [
        (
            "requests, budget off",
            "#c0392b",
            rate(without, |(requests, _)| requests),
        ),
        (
            "requests, default budget",
            "#1f6fb2",
            rate(with, |(requests, _)| requests),
        ),
        (
            "calls, default budget",
            "#7f8c8d",
            rate(with, |(_, calls)| calls),
        ),
    ];
    let highest = lines
        .iter()
        .flat_map(|(_, _, line)| line)
        .copied()
        .fold(1.0, f64::max);
    let ceiling = (highest / 500.0).ceil() * 500.0;
    #[expect(clippy::cast_precision_loss, reason = "some hundred seconds")]
    let x = |second: usize| LEFT + (WIDTH - LEFT - 10.0) * second as f64 / seconds as f64;
    let y = |value: f64| HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / ceiling;

    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Requests per second over an outage of a minute</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <rect x=\"{:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#fdecea\"/>\n\
         <text x=\"{:.1}\" y=\"{:.1}\" fill=\"#a33\">every answer is 503</text>\n",
        x(OUTAGE.0),
        x(OUTAGE.1) - x(OUTAGE.0),
        HEIGHT - BOTTOM - TOP,
        x(OUTAGE.0) + 6.0,
        TOP + 16.0,
    );
    for step in 0..=4 {
        let value = ceiling * f64::from(step) / 4.0;
        let _ = writeln!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"#ddd\"/>\n<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value:.0}</text>",
            WIDTH - 10.0,
            y(value),
            y(value),
            LEFT - 6.0,
            y(value) + 4.0,
        );
    }
    for second in (0..=seconds).step_by(10) {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{second}</text>",
            x(second),
            HEIGHT - BOTTOM + 16.0
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">seconds</text>\n<text x=\"14\" y=\"{:.1}\" transform=\"rotate(-90 14 {:.1})\" text-anchor=\"middle\">per second</text>",
        WIDTH / 2.0,
        HEIGHT - 6.0,
        HEIGHT / 2.0,
        HEIGHT / 2.0
    );
    for (index, (name, colour, line)) in lines.iter().enumerate() {
        let points: Vec<String> = line
            .iter()
            .enumerate()
            .map(|(second, value)| format!("{:.1},{:.1}", x(second), y(*value)))
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "three lines")]
        let at = LEFT + 10.0 + 210.0 * index as f64;
        let _ = writeln!(
            out,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\" points=\"{}\"/>\n<line x1=\"{at:.1}\" x2=\"{:.1}\" y1=\"20\" y2=\"20\" stroke=\"{colour}\" stroke-width=\"3\"/>\n<text x=\"{:.1}\" y=\"24\">{name}</text>",
            points.join(" "),
            at + 22.0,
            at + 28.0,
        );
    }
    out.push_str("</svg>\n");
    out
}
