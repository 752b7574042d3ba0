use super::*;

fn step(lengths: [u64; 2], texts: &str) -> Vec<u8> {
    let mut step = vec![1, 0, 0];
    step.extend(lengths.into_iter().flat_map(u64::to_ne_bytes));
    step.extend_from_slice(texts.as_bytes());
    step
}

fn are_whole(data: &[u8]) -> bool {
    let mut steps = Steps(data);
    steps.by_ref().for_each(drop);
    steps.0.is_empty()
}

#[test]
fn a_truncated_buffer_is_whole_only_at_the_end_of_a_step() {
    let all = [
        step([3, 5], "GET/path"),
        step([8, 0], "12345678"),
        step([3, 3], "onetwo"),
        step([0, 0], ""),
    ];
    let mut ends = vec![0];
    let mut buffer = Vec::new();
    for step in all {
        buffer.extend(step);
        ends.push(buffer.len());
    }
    for end in 0..=buffer.len() {
        assert_eq!(are_whole(&buffer[..end]), ends.contains(&end), "{end}");
    }
}

/// No part of a large body is ever read as steps.
#[test]
fn a_length_beyond_32_bits_is_kept() {
    const LARGE: u64 = 1 << 32;
    const MOST: u64 = u64::MAX;
    for lengths in [
        [LARGE + 5, 0],
        [0, LARGE + 5],
        [5, LARGE],
        [LARGE, 5],
        [MOST, 0],
        [0, MOST],
        [MOST, 6],
        [3, MOST],
        [MOST / 2, MOST / 2],
    ] {
        assert!(!are_whole(&step(lengths, "five!")), "{lengths:?}");
    }
}
