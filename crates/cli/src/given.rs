//! A text that is an argument, a file (`@FILE`) or stdin (`-`).

use std::{
    fs,
    io::{self, Read},
};

use crate::failure::Failure;

/// The text that an argument stands for.
pub(crate) fn text(argument: &str) -> Result<String, Failure> {
    if argument == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(|error| Failure::file("reading stdin", &error))?;
        return Ok(text);
    }
    match argument.strip_prefix('@') {
        Some(path) => {
            fs::read_to_string(path).map_err(|error| Failure::file(format!("reading {path}"), &error))
        }
        None => Ok(argument.to_owned()),
    }
}
