#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| afflux_tests::hostile::journal(bytes));
