#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reqtrail::fuzzing::decode_openstack(data));
