use proptest::prelude::*;

use super::*;

fn status(status: u16) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).expect("a status"),
        retry_after: None,
        code: None,
    }
}

fn faults(text: &str) -> Vec<(f64, Fault)> {
    let spec = parse(text).expect(text);
    assert!(spec.latencies.is_empty());
    spec.faults
}

#[test]
fn every_fault_has_its_word() {
    let cases = [
        ("503@10%", 0.1, Fault::Status(status(503))),
        ("400@100%", 1.0, Fault::Status(status(400))),
        ("599@0%", 0.0, Fault::Status(status(599))),
        ("refused@2.5%", 0.025, Fault::Refused),
        ("reset-before@1%", 0.01, Fault::ResetBefore),
        ("reset-after@1%", 0.01, Fault::ResetAfter),
        ("stall@1%", 0.01, Fault::Stall),
        ("cut-body@1 %", 0.01, Fault::CutBody),
        (" cut-body @ 1% ", 0.01, Fault::CutBody),
    ];
    for (text, chance, fault) in cases {
        assert_eq!(faults(text), [(chance, fault)], "{text}");
    }
}

#[test]
fn statuses_take_options_in_any_order() {
    for text in [
        "429:retry-after=2.5:code=rate_limited@5%",
        "429:code=rate_limited:retry-after=2.5@5%",
    ] {
        let wanted = Answer {
            retry_after: Some(HeaderValue::from_static("2.5")),
            code: Some("rate_limited".to_owned()),
            ..status(429)
        };
        assert_eq!(faults(text), [(0.05, Fault::Status(wanted))], "{text}");
    }
}

#[test]
fn latencies_are_apart_from_faults() {
    let text =
        "503@60%,latency=200ms@20%, latency=0s-1.5s@100% ,latency=1m-2m@1%,latency=5us@0%;seed=7";
    let spec = parse(text).expect("a text");
    assert_eq!(spec.seed, Some(7));
    assert_eq!(spec.faults.len(), 1);
    let latency = |chance, from, to| Latency {
        chance,
        from: Duration::from_micros(from),
        to: Duration::from_micros(to),
    };
    let wanted = [
        latency(0.2, 200_000, 200_000),
        latency(1.0, 0, 1_500_000),
        latency(0.01, 60_000_000, 120_000_000),
        latency(0.0, 5, 5),
    ];
    assert_eq!(spec.latencies, wanted);
}

#[test]
fn chances_may_add_up_to_all() {
    let tenth = ["503@0.1%"; 1000].join(",");
    assert_eq!(faults(&tenth).len(), 1000);
    assert_eq!(
        parse("503@1%;seed=18446744073709551615").map(|s| s.seed),
        Ok(Some(u64::MAX))
    );
}

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    let cases = [
        (
            "",
            "names no fault; expected items such as `503@10%`, separated by commas",
        ),
        (" ;seed=7", "names no fault; expected items"),
        (
            "503@1%,",
            "has the item ``, which has no chance; expected a fault and its chance, such as `503@10%`",
        ),
        ("503", "has the item `503`, which has no chance"),
        (
            "503@",
            "has the item `503@`, whose chance is ``; expected a percentage from 0% to 100%, as in 2.5%",
        ),
        ("503@10", "has the item `503@10`, whose chance is `10`"),
        ("503@101%", "whose chance is `101%`"),
        ("503@-1%", "whose chance is `-1%`"),
        ("503@nan%", "whose chance is `nan%`"),
        ("503@1e1%", "whose chance is `1e1%`"),
        ("503@.5%", "whose chance is `.5%`"),
        (
            "200@1%",
            "has the item `200@1%`, whose status is not an error's; expected 400 to 599",
        ),
        ("600@1%", "whose status is not an error's"),
        ("4294967801@1%", "whose status is not an error's"),
        (
            "boom@1%",
            "has the item `boom@1%`, whose fault `boom` is not known; expected a status from 400 to 599, refused, reset-before, reset-after, stall, cut-body or latency=TIME",
        ),
        ("Refused@1%", "whose fault `Refused` is not known"),
        (
            "stall:code=x@1%",
            "but `stall` takes no options; expected them after a status alone",
        ),
        (
            "429:retry-after=soon@1%",
            "whose retry-after is `soon`; expected seconds, as in retry-after=2",
        ),
        ("429:retry-after=90000@1%", "whose retry-after is `90000`"),
        ("429:code=@1%", "whose code is ``; expected a word"),
        ("429:code=a b@1%", "whose code is `a b`"),
        (
            "429:wait=2@1%",
            "whose option `wait=2` is not known; expected retry-after=SECONDS or code=WORD",
        ),
        ("429:@1%", "whose option `` is not known"),
        (
            "latency=200@1%",
            "whose time is `200`; expected one such as 200ms or 1.5s, or the shortest and the longest as in 100ms-2s",
        ),
        ("latency=2s-1s@1%", "whose time is `2s-1s`"),
        ("latency=25h@1%", "whose time is `25h`"),
        ("latency=9000m@1%", "whose time is `9000m`"),
        ("latency=-1s@1%", "whose time is `-1s`"),
        ("latency@1%", "whose fault `latency` is not known"),
        (
            "503@60%,stall@40.5%",
            "gives faults a chance of 100.5% together; expected 100% at most (latency apart)",
        ),
        (
            "503@1%;seed=-7",
            "has `seed=-7` after its faults; expected `seed=` and a whole number below 2^64, or nothing",
        ),
        ("503@1%;seed=+7", "has `seed=+7` after its faults"),
        ("503@1%;seed=18446744073709551616", "after its faults"),
        ("503@1%;7", "has `7` after its faults"),
        ("503@1%;", "has `` after its faults"),
        ("\n\u{7}@1%", "has the item `\\u{7}@1%`"),
    ];
    for (text, wanted) in cases {
        let problem = parse(text).expect_err(text);
        assert!(problem.contains(wanted), "{text}: {problem}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        if let Err(problem) = parse(&text) {
            prop_assert!(problem.contains("expected"), "{}", problem);
        }
    }

    #[test]
    fn nearly_right_texts_are_read_or_refused(
        text in "((4|5|9)[0-9]{2}|refused|stall|latency=[0-9.]{0,4}(ms|s|m|h)?(-[0-9]{1,3}s)?)(:(code|retry-after)=[a-z0-9.]{0,4}){0,2}(@[0-9.]{0,5}%?)?(,503@[0-9]{1,2}%)?(;seed=[0-9]{0,21})?"
    ) {
        match parse(&text) {
            Err(problem) => prop_assert!(problem.contains("expected"), "{}", problem),
            Ok(spec) => {
                let sum: f64 = spec.faults.iter().map(|(chance, _)| chance).sum();
                prop_assert!(sum <= 1.0 + 1e-9);
                prop_assert!(spec.latencies.iter().all(|it| it.from <= it.to && it.to <= LONGEST));
            }
        }
    }
}
