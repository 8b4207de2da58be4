//! README.md prints the two commands that a new user types; CI runs the second one as it is printed there.

use std::fs;

use crate::deps::House;

/// What the two commands are.
const DEMO: &str = "cargo run -p afflux-cli -- demo";
const TESTS: &str = "cargo test --workspace";

pub(super) fn check() -> Result<(), String> {
    let path = House::root()?.join("README.md");
    let text = fs::read_to_string(&path).map_err(|error| format!("README.md: {error}"))?;
    compare(&text)
}

fn compare(readme: &str) -> Result<(), String> {
    let commands = commands(readme);
    if !commands.contains(&DEMO) {
        return Err(format!("README.md does not print `{DEMO}` in a code block"));
    }
    match commands.iter().find(|command| command.starts_with("cargo test")) {
        Some(&TESTS) => Ok(()),
        Some(other) => Err(format!("README.md prints `{other}`, not `{TESTS}`")),
        None => Err(format!("README.md does not print `{TESTS}` in a code block")),
    }
}

/// The lines of fenced and indented code blocks that call cargo, without prompt and comment.
fn commands(readme: &str) -> Vec<&str> {
    let mut commands = Vec::new();
    let mut fenced = false;
    for line in readme.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced || line.starts_with("    ") {
            let line = line.split(" #").next().unwrap_or_default().trim().trim_start_matches("$ ");
            commands.extend(line.starts_with("cargo ").then_some(line));
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_commands_are_found_in_code_blocks() {
        compare("# a\n```sh\ncargo run -p afflux-cli -- demo   # 10 s\n$ cargo test --workspace\n```\n")
            .unwrap();
        compare("# a\n\n    cargo run -p afflux-cli -- demo\n    cargo test --workspace\n").unwrap();
    }

    #[test]
    fn a_missing_or_changed_command_is_an_error() {
        assert!(compare("cargo run -p afflux-cli -- demo\n").unwrap_err().contains("demo"));
        let error = compare("```\ncargo run -p afflux-cli -- demo\ncargo test --all\n```\n").unwrap_err();
        assert!(error.contains("`cargo test --all`"), "{error}");
        let error =
            compare("```\ncargo run -p afflux-cli -- demo\n```\ncargo test --workspace\n").unwrap_err();
        assert!(error.contains("does not print"), "{error}");
    }
}
