//! Path parameters: whatever a value holds, it is one segment of the operation's own route, or refused.

use afflux::core::{
    dynamic::{self, Parameters},
    operation::{Operation, Place},
};
use afflux_probe::{
    request,
    server::{Server, http},
};
use afflux_tests::vendors::{Access, VENDORS};
use serde_json::Value;

/// What could lead elsewhere.
const VALUES: [&str; 18] = [
    "..",
    ".",
    "",
    "%2e%2e",
    "%2E.",
    "../../admin",
    "a/b",
    "/",
    "%2f",
    "x?admin=1",
    "x#top",
    "a\nb: c",
    "a\r\n\r\nGET /",
    "a\0b",
    "a\\..\\b",
    "x;y=1",
    "//evil.example/",
    "\u{202e}\u{ff0e}\u{ff0e}\u{2215}",
];

/// The segment that a value must become: itself with everything but letters, digits and `-_.~` encoded.
fn segment(value: &str) -> String {
    afflux_probe::shapes::percent(value, "-_.~", true)
}

/// Each operation with one of its path parameters replaced: the request's path, or nothing where it was refused.
fn paths(operation: &'static Operation, name: &str, value: &str) -> Option<String> {
    let mut given = request::parameters(operation, false);
    given[name] = Value::from(value);
    let given = Parameters::parse(&given.to_string()).unwrap();
    // Unchecked: the pattern of an id would refuse most of them before the encoding is asked.
    dynamic::request(operation, &given, true).ok().map(|request| request.path().to_owned())
}

/// What the path must be.
fn expected(operation: &'static Operation, name: &str, value: &str) -> String {
    let valid = request::parameters(operation, false);
    operation.parameters.iter().filter(|one| one.place == Place::Path).fold(
        operation.path.to_owned(),
        |path, one| {
            let text = match &valid[one.name] {
                _ if one.name == name => value.to_owned(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            path.replace(&format!("{{{}}}", one.name), &segment(&text))
        },
    )
}

#[test]
fn no_value_of_a_path_parameter_changes_the_route_of_any_operation() {
    let mut tried = 0;
    for operation in VENDORS.iter().flat_map(|vendor| vendor.operations()) {
        for parameter in operation.parameters.iter().filter(|one| one.place == Place::Path) {
            for value in VALUES {
                let path = paths(operation, parameter.name, value);
                if matches!(value, "" | "." | "..") {
                    assert_eq!(path, None, "{}: {value:?} is no segment", operation.id);
                } else if let Some(path) = path {
                    assert_eq!(
                        path,
                        expected(operation, parameter.name, value),
                        "{}: {value:?}",
                        operation.id
                    );
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

/// The same on the wire: no library below reads the path once more and makes something else of it.
#[tokio::test]
async fn what_is_on_the_wire_is_the_path_that_was_encoded() {
    for vendor in VENDORS {
        let Some(operation) = vendor
            .operations()
            .iter()
            .find(|one| one.parameters.iter().any(|parameter| parameter.place == Place::Path))
        else {
            continue;
        };
        let name = operation.parameters.iter().find(|one| one.place == Place::Path).unwrap().name;
        let server = Server::answering(http("404 Not Found", "", "{}"));
        let access = Access { base: server.url(), secrets: vec!["made-up-secret".to_owned(); 5] };
        let engine = vendor.engine(&access, |engine| engine);
        for value in VALUES {
            let mut given = request::parameters(operation, false);
            given[name] = Value::from(value);
            let given = Parameters::parse(&given.to_string()).unwrap();
            let Ok(request) = dynamic::request(operation, &given, true) else { continue };
            let encoded = request.path().to_owned();
            let before = server.requests().len();
            engine.execute(request).await.unwrap_err();
            let seen = server.requests();
            let line = String::from_utf8_lossy(&seen[before]).lines().next().unwrap().to_owned();
            let target = line.split(' ').nth(1).unwrap();
            assert_eq!(target.split('?').next().unwrap(), encoded, "{value:?}: {line}");
            assert_eq!(line.split(' ').count(), 3, "{line}");
        }
    }
}
