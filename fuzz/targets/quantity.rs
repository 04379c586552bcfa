#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trimtab_tests::fuzzed::quantity(data));
