use std::collections::HashMap;

use super::*;

fn given<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
    let variables: HashMap<_, _> = variables.iter().copied().collect();
    move |name| variables.get(name).map(|value| (*value).to_owned())
}

fn chaos(text: &str) -> Chaos {
    let allowed = [("REQTRAIL_ALLOW_CHAOS", "1")];
    let asked = asked(Some(text), given(&allowed), || 1).expect("a text");
    Chaos::new(&asked.expect("it is allowed"), &Dialect::novavms()).expect("answers")
}

#[test]
fn nothing_is_asked_for_by_default() {
    for variables in [
        &[][..],
        &[("REQTRAIL_ALLOW_CHAOS", "1")],
        &[("REQTRAIL_CHAOS", " ")],
    ] {
        assert_eq!(asked(None, given(variables), || 1), Ok(Err(None)));
    }
}

#[test]
fn the_option_needs_permission() {
    let error = |variables| asked(Some("503@1%"), given(variables), || 1).expect_err("an error");
    assert_eq!(
        error(&[]),
        "chaos is set without REQTRAIL_ALLOW_CHAOS=1 in the environment; expected that variable where faults are wanted, \
         and the option nowhere else"
    );
    assert!(error(&[("REQTRAIL_ALLOW_CHAOS", "yes")]).contains("where it is `yes`"));
    // A mistake in the option is reported first.
    let error = asked(Some("503"), given(&[]), || 1).expect_err("an error");
    assert!(error.starts_with("chaos has the item `503`"), "{error}");
}

#[test]
fn the_variable_without_permission_is_ignored_with_a_warning() {
    // Whatever the variable says.
    for text in ["503@1%", "boom"] {
        let ignored = asked(None, given(&[("REQTRAIL_CHAOS", text)]), || 1);
        let warning = ignored.expect("no error").expect_err("no chaos");
        assert_eq!(
            warning.as_deref(),
            Some(
                "REQTRAIL_CHAOS is ignored: it has no effect without REQTRAIL_ALLOW_CHAOS=1 in the environment"
            )
        );
    }
}

#[test]
fn the_warning_says_the_seed_that_was_drawn() {
    let variables = [
        ("REQTRAIL_CHAOS", "503@1%, stall@2%"),
        ("REQTRAIL_ALLOW_CHAOS", "1"),
    ];
    let by_variable = asked(None, given(&variables), || 42)
        .expect("no error")
        .expect("chaos");
    assert_eq!(
        by_variable.warning,
        "chaos is on: faults are injected into the calls of this client, as REQTRAIL_CHAOS says: 503@1%, stall@2%;seed=42"
    );
    // The option takes precedence over the variable.
    let by_option = asked(Some("429@1%;seed=7"), given(&variables), || 42);
    let by_option = by_option.expect("no error").expect("chaos");
    assert!(
        by_option.warning.ends_with("as chaos says: 429@1%;seed=7"),
        "{}",
        by_option.warning
    );
    let wrong = [("REQTRAIL_CHAOS", "boom"), ("REQTRAIL_ALLOW_CHAOS", "1")];
    let error = asked(None, given(&wrong), || 1).expect_err("an error");
    assert!(
        error.starts_with("REQTRAIL_CHAOS has the item `boom`"),
        "{error}"
    );
}

#[test]
fn an_attempt_draws_the_same_whatever_was_drawn_before() {
    let text = "503@10%,stall@5%,latency=100ms-2s@50%;seed=7";
    let (first, second) = (chaos(text), chaos(text));
    let places: Vec<_> = (0..200).flat_map(|call| [(call, 0), (call, 1)]).collect();
    let forwards: Vec<_> = places.iter().map(|place| first.draw(*place)).collect();
    let mut backwards: Vec<_> = places
        .iter()
        .rev()
        .map(|place| second.draw(*place))
        .collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    let other = chaos("503@10%,stall@5%,latency=100ms-2s@50%;seed=8");
    let others: Vec<_> = places.iter().map(|place| other.draw(*place)).collect();
    assert_ne!(forwards, others);
}

/// A seed that is noted in a ticket must not mean something else in the next release.
#[test]
fn what_a_seed_means_stays() {
    let chaos = chaos("503@25%,stall@25%,refused@25%,latency=1s-2s@50%;seed=7");
    let drawn: Vec<_> = (0..8)
        .map(|call| {
            let drawn = chaos.draw((call, 0));
            let fault = match drawn.fault {
                None => '-',
                Some(Fault::Status(_)) => '5',
                Some(Fault::Stall) => 's',
                Some(_) => 'r',
            };
            (fault, drawn.latency.as_millis())
        })
        .collect();
    let wanted = [
        ('5', 1427),
        ('5', 0),
        ('5', 0),
        ('s', 1674),
        ('5', 0),
        ('5', 1590),
        ('r', 1825),
        ('5', 1357),
    ];
    assert_eq!(drawn, wanted);
}

#[test]
fn faults_are_as_frequent_as_their_chances() {
    let chaos = chaos("503@10%,stall@2.5%,latency=1s-3s@20%;seed=1");
    let (mut statuses, mut stalls, mut late) = (0, 0, Vec::new());
    for call in 0..20_000 {
        for attempt in 0..2 {
            let drawn = chaos.draw((call, attempt));
            match drawn.fault {
                Some(Fault::Stall) => stalls += 1,
                Some(_) => statuses += 1,
                None => {}
            }
            if drawn.latency > Duration::ZERO {
                late.push(drawn.latency.as_secs_f64());
            }
        }
    }
    // Five standard deviations of the binomial distributions.
    assert!((3700..4300).contains(&statuses), "{statuses}");
    assert!((844..1156).contains(&stalls), "{stalls}");
    assert!((7600..8400).contains(&late.len()), "{}", late.len());
    let count = f64::from(u32::try_from(late.len()).expect("a few"));
    let mean = late.iter().sum::<f64>() / count;
    assert!((1.96..2.04).contains(&mean), "{mean}");
    assert!(late.iter().all(|it| (1.0..=3.0).contains(it)));
}

#[test]
fn an_injected_error_has_the_shape_of_its_dialect() {
    let of = |text, dialect: &Dialect| {
        let allowed = [("REQTRAIL_ALLOW_CHAOS", "1")];
        let asked = asked(Some(text), given(&allowed), || 1).expect("a text");
        Chaos::new(&asked.expect("it is allowed"), dialect)
    };
    of("429:code=rate_limited@1%", &Dialect::novavms()).expect("a flat error");
    of(
        "429:code=slow_down@1%",
        &Dialect::unknown().expect("a dialect"),
    )
    .expect("a usual shape");
    #[cfg(feature = "openstack")]
    of("413:code=overLimit@1%", &Dialect::openstack()).expect("a named fault");
    let json = r#"{"name": "acme", "error": {"code": "/fault/deep/id"}}"#;
    let acme = crate::CustomDialect::from_json(json).and_then(Dialect::custom);
    let error = of("429:code=x@1%", &acme.expect("a dialect")).expect_err("no such shape");
    assert!(
        error.starts_with("chaos has the code `x` at 429, which"),
        "{error}"
    );
}
