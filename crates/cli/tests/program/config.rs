use crate::world::{TOKEN, World, finish};

fn with(world: &World, variables: &[(&str, &str)], arguments: &[&str]) -> crate::world::Run {
    let mut command = world.command(arguments);
    for (name, value) in variables {
        if *value == "-" {
            command.env_remove(name);
        } else {
            command.env(name, value);
        }
    }
    finish(command.spawn().unwrap())
}

const CALL: [&str; 3] = ["call", "irev", "listGoalTypes"];

#[test]
fn a_configuration_that_cannot_work_is_refused_before_anything_is_sent() {
    let world = World::start();
    let table = [
        (("IREV_API_TOKEN", ""), "IREV_API_TOKEN is empty"),
        (("IREV_API_TOKEN", "  \n"), "IREV_API_TOKEN is empty"),
        (("IREV_API_TOKEN", "-"), "IREV_API_TOKEN is not set"),
        (("IREV_BASE_URL", "-"), "IREV_BASE_URL is not set"),
        (("IREV_BASE_URL", "acme.irev.com"), "IREV_BASE_URL is not an address"),
        (("IREV_BASE_URL", "http://acme.irev.com/api"), "plain http"),
        (("IREV_BASE_URL", "https://user:secret-in-url@acme.irev.com"), "user info"),
        (("IREV_LIMITS", "loose"), "IREV_LIMITS must be classic"),
    ];
    for (variable, expected) in table {
        for arguments in [&CALL[..], &["irev", "goal-types"]] {
            let run = with(&world, &[variable], arguments).ended(2);
            assert!(run.stderr.contains(expected), "{variable:?}: {}", run.stderr);
            assert!(!run.stderr.contains("secret-in-url"), "{}", run.stderr);
            assert!(run.stdout.is_empty());
        }
    }
    let run = world.run(&["call", "irev", "listGoalTypes", "--base-url", "http://acme.irev.com"]).ended(2);
    assert!(run.stderr.contains("--base-url is plain http"), "{}", run.stderr);
    assert_eq!(world.requests(), 0);
}

#[test]
fn a_profile_is_used_alone_and_by_default_where_the_environment_is_silent() {
    let world = World::start();
    let url = world.sandbox.irev().url();
    let config = world.write(
        "config.toml",
        format!("[default.irev]\nbase_url = \"{url}\"\napi_token = \"{TOKEN}\"\n[bare.irev]\nbase_url = \"{url}\"\n"),
    );
    let config = config.to_str().unwrap();
    let silent = [("IREV_BASE_URL", "-"), ("IREV_API_TOKEN", "-"), ("AFFLUX_CONFIG", config)];
    with(&world, &silent, &CALL).ended(0);
    // The environment's token must not go to the profile's address.
    let named = [("AFFLUX_CONFIG", config)];
    let run = with(&world, &named, &[&CALL[..], &["--profile", "bare"]].concat()).ended(2);
    assert!(run.stderr.contains("`api_token` is missing"), "{}", run.stderr);
    let run = with(&world, &named, &[&CALL[..], &["--profile", "other"]].concat()).ended(2);
    assert!(run.stderr.contains("has no [other.irev]"), "{}", run.stderr);
    let nowhere = [("AFFLUX_CONFIG", "/nowhere/config.toml")];
    with(&world, &nowhere, &[&CALL[..], &["--profile", "other"]].concat()).ended(5);
    with(&world, &nowhere, &CALL).ended(0);
}

#[cfg(unix)]
#[test]
fn a_profile_that_others_can_read_is_warned_about() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::start();
    let url = world.sandbox.irev().url();
    let config = world.write("c.toml", format!("[a.irev]\nbase_url = \"{url}\"\napi_token = \"{TOKEN}\"\n"));
    for (mode, warned) in [(0o644, true), (0o600, false)] {
        std::fs::set_permissions(&config, std::fs::Permissions::from_mode(mode)).unwrap();
        let variables = [("AFFLUX_CONFIG", config.to_str().unwrap())];
        let run = with(&world, &variables, &[&CALL[..], &["--profile", "a"]].concat()).ended(0);
        assert_eq!(run.stderr.contains("can be read by others"), warned, "{}", run.stderr);
    }
}
