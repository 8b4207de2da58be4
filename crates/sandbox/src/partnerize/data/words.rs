//! The vocabulary of the made-up data: what ids of the reference lists stand for, countries, currencies, browsers.
//!
//! A row keeps the place in a list; whatever shows the row looks the words up here.

/// An entry of one of the vendor's reference lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) id: u16,
    pub(crate) title: &'static str,
}

const fn reference(id: u16, title: &'static str) -> Reference {
    Reference { id, title }
}

pub(crate) const DEVICES: [Reference; 5] = [
    reference(2, "Desktop"),
    reference(3, "Mobile"),
    reference(4, "Tablet"),
    reference(5, "Console"),
    reference(1, "Unknown"),
];
pub(crate) const TRAFFIC_SOURCES: [Reference; 4] =
    [reference(3, "Affiliate"), reference(2, "Email"), reference(4, "Social"), reference(1, "Other")];
pub(crate) const PARTNERSHIP_MODELS: [Reference; 2] = [reference(2, "CPA"), reference(3, "CPC")];
pub(crate) const USER_CONTEXTS: [Reference; 3] =
    [reference(2, "Web"), reference(3, "Mobile App"), reference(1, "Other")];
pub(crate) const CONVERSION_METRICS: [Reference; 2] =
    [reference(2, "Standard"), reference(3, "App Download")];
pub(crate) const CONVERSION_TYPES: [Reference; 1] = [reference(1, "standard")];

/// A country: its code and its name.
pub(crate) const COUNTRIES: [(&str, &str); 8] = [
    ("US", "United States"),
    ("GB", "United Kingdom"),
    ("DE", "Germany"),
    ("ES", "Spain"),
    ("FR", "France"),
    ("IT", "Italy"),
    ("JP", "Japan"),
    ("AU", "Australia"),
];

/// A currency: its code, and what a million of it is worth in US dollars, for the sandbox's days all have one rate.
pub(crate) const CURRENCIES: [(&str, u32); 8] = [
    ("USD", 1_000_000),
    ("EUR", 1_085_000),
    ("GBP", 1_270_000),
    ("JPY", 6_700),
    ("CAD", 735_000),
    ("AUD", 655_000),
    ("PLN", 250_000),
    ("SGD", 745_000),
];

/// Family and the three parts of a version.
pub(super) const BROWSERS: [(&str, &str, &str, &str); 4] = [
    ("Chrome", "118", "0", "5993"),
    ("Safari", "17", "1", "0"),
    ("Firefox", "119", "0", "1"),
    ("Edge", "118", "0", "2088"),
];
pub(super) const SYSTEMS: [(&str, &str, &str, &str); 4] = [
    ("Windows", "10", "0", "0"),
    ("iOS", "17", "1", "1"),
    ("Android", "13", "0", "0"),
    ("Mac OS X", "10", "15", "7"),
];

/// What a customer may buy: number, category. Numbers that are digits only are shown as JSON numbers, as in the manual.
pub(super) const PRODUCTS: [(&str, &str); 8] = [
    ("123", "Producte"),
    ("SHOE-41", "Shoes"),
    ("SHOE-44", "Shoes"),
    ("COAT-M", "Coats"),
    ("70021", "Books"),
    ("70388", "Books"),
    ("FLT-LHR", "Flights"),
    ("HTL-2N", "Hotels"),
];
/// The partner's own references; most clicks have none.
pub(super) const PUBLISHER_REFERENCES: [&str; 4] = ["", "newsletter", "blog-spring", "price-list"];
/// Codes that customers type, and what the vendor makes of them.
pub(super) const VOUCHERS: [(&str, &str); 4] =
    [("WELCOME5", "valid"), ("SPRING10", "valid"), ("VIP20", "invalid"), ("OLD15", "expired")];
pub(super) const REJECT_REASONS: [&str; 3] = ["Order cancelled", "Order returned", "Duplicate order"];
pub(super) const CUSTOMER_TYPES: [&str; 3] = ["", "new", "existing"];
/// Creatives: number, description. Most clicks have none.
pub(super) const CREATIVES: [(&str, &str); 3] = [("0", ""), ("101", "Banner"), ("102", "Text Link")];

/// The entry at a place of a list.
pub(super) fn entry<T: Copy + Default>(list: &[T], place: usize) -> T {
    list.get(place).copied().unwrap_or_default()
}

/// The place of a currency's code.
pub(super) fn currency_place(code: &str) -> Option<usize> {
    CURRENCIES.iter().position(|(have, _)| have.eq_ignore_ascii_case(code))
}
