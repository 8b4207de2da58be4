//! Where a project's data is.

use std::{fmt, str::FromStr};

use afflux_core::error::Error;

/// The data center of a project, which decides the host. A wrong one is not redirected: it answers like wrong
/// credentials, with 401.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Region {
    /// Europe, which the dashboard also calls global. The default.
    #[default]
    Eu1,
    /// India.
    In1,
    /// Singapore.
    Sg1,
    /// United States.
    Us1,
    /// Indonesia.
    Aps3,
    /// Middle East.
    Mec1,
    /// South Korea. The attribution document lists it; the vendor's newer table does not.
    Sk1,
    /// An address of its own: a proxy, a sandbox, a host that is newer than this list.
    Custom(String),
}

impl Region {
    /// The regions that the vendor names.
    pub const NAMED: [Self; 7] =
        [Self::Eu1, Self::In1, Self::Sg1, Self::Us1, Self::Aps3, Self::Mec1, Self::Sk1];

    /// Any address, for instance `https://api.example.com`.
    pub fn custom(base_url: impl Into<String>) -> Self {
        Self::Custom(base_url.into())
    }

    /// The vendor's code: `eu1`, `in1`, ...; the address of a custom one.
    pub fn code(&self) -> &str {
        match self {
            Self::Eu1 => "eu1",
            Self::In1 => "in1",
            Self::Sg1 => "sg1",
            Self::Us1 => "us1",
            Self::Aps3 => "aps3",
            Self::Mec1 => "mec1",
            Self::Sk1 => "sk1",
            Self::Custom(base_url) => base_url,
        }
    }

    /// The address of the API.
    pub fn base_url(&self) -> &str {
        match self {
            Self::Eu1 => "https://api.clevertap.com",
            Self::In1 => "https://in1.api.clevertap.com",
            Self::Sg1 => "https://sg1.api.clevertap.com",
            Self::Us1 => "https://us1.api.clevertap.com",
            Self::Aps3 => "https://aps3.api.clevertap.com",
            Self::Mec1 => "https://mec1.api.clevertap.com",
            Self::Sk1 => "https://sk1.api.clevertap.com",
            Self::Custom(base_url) => base_url,
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Region {
    type Err = Error;

    /// A code, a name of the region, or an address. Nothing at all is Europe, as it is for the vendor.
    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.contains("://") {
            return Ok(Self::custom(text));
        }
        Ok(match text.to_ascii_lowercase().as_str() {
            "" | "eu" | "eu1" | "europe" | "global" => Self::Eu1,
            "in" | "in1" | "india" => Self::In1,
            "sg" | "sg1" | "singapore" => Self::Sg1,
            "us" | "us1" | "usa" | "united states" => Self::Us1,
            "aps3" | "id" | "indonesia" => Self::Aps3,
            "mec1" | "ae" | "uae" | "middle east" => Self::Mec1,
            "sk" | "sk1" | "kr" | "south korea" => Self::Sk1,
            _ => {
                let known: Vec<&str> = Self::NAMED.iter().map(Self::code).collect();
                let said =
                    format!("clevertap: `{text}` is not a region: {}, or an address", known.join(", "));
                return Err(Error::configuration(said));
            }
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_read_by_code_name_and_address() {
        let table = [
            ("", "https://api.clevertap.com"),
            ("EU", "https://api.clevertap.com"),
            ("global", "https://api.clevertap.com"),
            (" in1\n", "https://in1.api.clevertap.com"),
            ("Singapore", "https://sg1.api.clevertap.com"),
            ("us", "https://us1.api.clevertap.com"),
            ("aps3", "https://aps3.api.clevertap.com"),
            ("mec1", "https://mec1.api.clevertap.com"),
            ("SK", "https://sk1.api.clevertap.com"),
            ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
        ];
        for (text, base_url) in table {
            assert_eq!(text.parse::<Region>().unwrap().base_url(), base_url, "{text}");
        }
        for region in Region::NAMED {
            assert_eq!(region.code().parse::<Region>().unwrap(), region);
        }
    }

    #[test]
    fn an_unknown_region_is_an_error_that_names_the_known_ones() {
        let error = "eu2".parse::<Region>().unwrap_err().to_string();
        assert!(error.contains("`eu2` is not a region") && error.contains("aps3"), "{error}");
    }
}
