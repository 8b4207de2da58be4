//! Made-up people for seeded rows: plausible to the eye, and nobody's data (reserved domains and numbers).

use serde_json::{Map, Value, json};

use crate::prng::SplitMix64;

struct Country {
    code: &'static str,
    language: &'static str,
    /// Two first octets of a documentation-like address; the rest comes from the stream.
    dial: &'static str,
    first_names: [&'static str; 4],
    last_names: [&'static str; 4],
}

const COUNTRIES: [Country; 5] = [
    Country {
        code: "DE",
        language: "de",
        dial: "+49151",
        first_names: ["Anna", "Jonas", "Lena", "Paul"],
        last_names: ["Brandt", "Kaiser", "Lorenz", "Vogel"],
    },
    Country {
        code: "ES",
        language: "es",
        dial: "+34600",
        first_names: ["Lucia", "Hugo", "Carmen", "Pablo"],
        last_names: ["Navarro", "Ortega", "Serrano", "Vega"],
    },
    Country {
        code: "IT",
        language: "it",
        dial: "+39320",
        first_names: ["Giulia", "Marco", "Chiara", "Luca"],
        last_names: ["Conti", "Ferri", "Marini", "Rinaldi"],
    },
    Country {
        code: "RS",
        language: "sr",
        dial: "+38162",
        first_names: ["Jelena", "Marko", "Milica", "Stefan"],
        last_names: ["Ilic", "Kostic", "Pavlovic", "Tomic"],
    },
    Country {
        code: "CA",
        language: "en",
        dial: "+1204555",
        first_names: ["Emily", "Liam", "Nora", "Owen"],
        last_names: ["Bouchard", "Fraser", "Mitchell", "Tremblay"],
    },
];

/// The body of a push for the person with this number.
pub(super) fn person(stream: &mut SplitMix64, number: usize) -> Map<String, Value> {
    let index = usize::try_from(stream.below(COUNTRIES.len() as u64)).unwrap_or(0);
    let Some(country) = COUNTRIES.get(index) else { return Map::new() };
    let (first, last) = (stream.pick(&country.first_names), stream.pick(&country.last_names));
    // 203.0.113.0/24 and 198.51.100.0/24 are set aside for documentation.
    let net = stream.pick(&["203.0.113", "198.51.100"]);
    let body = json!({
        "ip": format!("{net}.{}", stream.below(254) + 1),
        "country_code": country.code,
        "lead_language": country.language,
        "is_test": number % 10 == 9,
        "email": format!("{}.{}{number}@example.com", first.to_lowercase(), last.to_lowercase()),
        "first_name": first,
        "last_name": last,
        "phone": format!("{}{:07}", country.dial, stream.below(10_000_000)),
        "password": format!("Sbx{:06}a", stream.below(1_000_000)),
        "affiliate_id": "2",
        "offer_id": "1",
        "aff_sub": format!("click-{number:06}"),
        "aff_sub2": stream.pick(&["search", "social", "mail", "native"]),
    });
    match body {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
