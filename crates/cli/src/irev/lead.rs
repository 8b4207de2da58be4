//! A lead out of names and values: the columns of a file, or the options of a command.

use std::net::IpAddr;

use afflux::irev::Lead;

use crate::secrets;

/// Something is wrong with a value: its name, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) name: String,
    pub(crate) demand: String,
}

impl Wrong {
    fn new(name: &str, demand: impl Into<String>) -> Self {
        Self { name: name.to_owned(), demand: demand.into() }
    }
}

/// The columns that the vendor fixes; every other is a profile key.
pub(crate) const IP: &str = "ip";
pub(crate) const COUNTRY: &str = "country_code";
pub(crate) const LANGUAGE: &str = "lead_language";
pub(crate) const TEST: &str = "is_test";

/// Names that look fixed and are not.
pub(crate) const SLIPS: [(&str, &str); 6] = [
    ("country", COUNTRY),
    ("countryCode", COUNTRY),
    ("language", LANGUAGE),
    ("lang", LANGUAGE),
    ("test", TEST),
    ("isTest", TEST),
];

/// Builds the lead of these values, or says what is wrong with them.
pub(crate) fn lead<'a>(
    values: impl Iterator<Item = (&'a str, &'a str)>,
    correlation: Option<&str>,
) -> Result<Lead, Wrong> {
    let values: Vec<(&str, &str)> = values.collect();
    let value = |name: &str| values.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
    let ip = value(IP).ok_or_else(|| Wrong::new(IP, "is required: the address of the lead's browser"))?;
    let ip: IpAddr = ip.parse().map_err(|_| Wrong::new(IP, "must be an IP address"))?;
    let mut lead = Lead::new(ip);
    for (name, value) in &values {
        lead = match *name {
            IP => lead,
            COUNTRY => lead
                .country(*value)
                .map_err(|_| Wrong::new(COUNTRY, "must be two letters, ISO 3166-1 alpha-2, such as DE"))?,
            LANGUAGE => lead
                .language(*value)
                .map_err(|_| Wrong::new(LANGUAGE, "must be two letters, ISO 639-1, such as de"))?,
            TEST => lead.test(boolean(value)?),
            key if Some(key) == correlation => lead.correlation(key, *value),
            key => lead.profile(key, *value),
        };
    }
    if let Some(key) = correlation
        && value(key).is_none()
    {
        return Err(Wrong::new(key, "is required: it is the id by which a lost lead is found"));
    }
    lead.check().map_err(|error| {
        let name = error.field().unwrap_or("profile").to_owned();
        let demand = if Some(name.as_str()) == correlation {
            "must have at most 512 characters: the vendor would cut the id"
        } else {
            "cannot be a profile key"
        };
        Wrong { name, demand: demand.to_owned() }
    })?;
    Ok(lead)
}

fn boolean(text: &str) -> Result<bool, Wrong> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Wrong::new(TEST, "must be true or false")),
    }
}

/// The values that must not be shown.
pub(crate) fn secret_values<'a>(values: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    values.filter(|(name, _)| secrets::is_secret(name)).map(|(_, value)| value.to_owned()).collect()
}

/// `KEY=VALUE`. A fixed name has an option of its own.
pub(crate) fn field(text: &str) -> Result<(String, String), Wrong> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| Wrong::new("--field", "must be KEY=VALUE, such as email=ana@example.com"))?;
    let option = match key.trim() {
        "" => return Err(Wrong::new("--field", "has no key before the `=`")),
        IP => "--ip",
        COUNTRY => "--country",
        LANGUAGE => "--language",
        TEST => "--test",
        key => return Ok((key.to_owned(), value.to_owned())),
    };
    Err(Wrong::new(key.trim(), format!("is fixed by the vendor and cannot be a profile key; use {option}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn wrong(values: &[(&str, &str)]) -> String {
        let wrong = lead(values.iter().copied(), None).unwrap_err();
        format!("{} {}", wrong.name, wrong.demand)
    }

    #[test]
    fn what_is_wrong_is_said_by_column() {
        let ip = ("ip", "1.1.1.1");
        let table: [(&[(&str, &str)], &str); 5] = [
            (&[("email", "a@b.c")], "ip is required"),
            (&[("ip", "here")], "ip must be an IP address"),
            (&[ip, ("country_code", "DEU")], "country_code must be two letters"),
            (&[ip, ("lead_language", "german")], "lead_language must be two letters"),
            (&[ip, ("is_test", "yes")], "is_test must be true or false"),
        ];
        for (values, expected) in table {
            assert!(wrong(values).starts_with(expected), "{}", wrong(values));
        }
    }

    #[test]
    fn a_fixed_name_is_no_profile_key() {
        assert_eq!(field("email=a=b").unwrap(), ("email".to_owned(), "a=b".to_owned()));
        for bad in ["ip=1.1.1.1", "email", "=x", " ip =1"] {
            assert!(field(bad).is_err(), "{bad}");
        }
        assert!(field("ip=1.1.1.1").unwrap_err().demand.contains("--ip"));
    }
}
