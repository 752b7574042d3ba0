#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reqtrail::fuzzing::script(data));
