//! Partnerize.
mod data;
