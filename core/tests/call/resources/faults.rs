//! Many followings of services that fail now and then: a verdict may be missing, and is never wrong.

use super::*;

/// What really becomes of the extend, and what the volume shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Truth {
    Extended,
    NoRoom,
    Broken,
}

/// A number that looks random, from a seed and a place.
fn mixed(seed: u64, place: u64) -> u64 {
    let mut x =
        seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 31;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 29)
}

#[tokio::test(start_paused = true)]
async fn no_verdict_is_wrong() {
    let (mut proven, mut unknown) = (0, 0);
    for seed in 0..200 {
        let truth = [Truth::Extended, Truth::NoRoom, Truth::Broken][(seed % 3) as usize];
        let ends_at = mixed(seed, 0) % 8_000;
        let end = match truth {
            Truth::Extended => ("available", 2),
            Truth::NoRoom => ("available", 1),
            Truth::Broken => ("error_extending", 1),
        };
        let mut cinder = Cinder::new(&[(0, Some(("extending", 1))), (ends_at, Some(end))])
            .message(0, message(ANOTHER, "another's"));
        if truth != Truth::Extended {
            cinder = cinder.message(ends_at + mixed(seed, 1) % 1_500, message(REQUEST, "why"));
        }
        // From none at all to three of four requests.
        let rate = mixed(seed, 2) % 4;
        let wire = ScriptedTransport::answering(move |n, sent| {
            let chance = mixed(seed, 3 + n as u64);
            match (
                sent.method == Method::GET && chance % 4 < rate,
                chance / 4 % 4,
            ) {
                (false, _) => cinder.answer(n, sent),
                (true, 0) => reply(503),
                (true, 1) => fails(reqtrail::Failure::Connect),
                (true, 2) => fails(reqtrail::Failure::Broken),
                (true, _) => answer(404, n, "<h1>Not Found</h1>"),
            }
        });
        let extend = json!({ "os-extend": { "new_size": 2 } });
        let response = post(&wire, "/volumes/{id}/action", extend).await;
        let ended = follow(&wire, &response).deadline(secs(120)).send().await;
        let report = match &ended {
            Ok(report) => report,
            Err(error) => error.report(),
        };
        match (truth, report.verdict) {
            (Truth::Extended, Verdict::Succeeded)
            | (Truth::NoRoom | Truth::Broken, Verdict::Failed) => {
                proven += 1;
            }
            (_, Verdict::Unknown) => unknown += 1,
            (_, verdict) => panic!("{seed}: {truth:?} is not {verdict}: {report}"),
        }
        assert_eq!(report.trails.len(), wire.count(), "{seed}");
        assert!(!report.to_json().contains("another's"), "{seed}");
    }
    assert!(
        proven > 150 && unknown < 50,
        "{proven} are proven, {unknown} are not"
    );
}
