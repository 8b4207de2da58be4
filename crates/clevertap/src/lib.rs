#![doc = include_str!("../README.md")]

pub mod generated;

pub use afflux_core as core;
