//! Conditions on users: the vendor's `common_profile_properties`.

use serde::Serialize;

use super::condition::Condition;
use crate::names::{self, Fault};

/// Users with certain properties; all conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[must_use]
pub struct Users {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    profile_fields: Vec<Condition>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    app_fields: Vec<Condition>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    demographics: Vec<Condition>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    technographics: Vec<Condition>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reachability: Vec<Condition>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    geo_fields: Vec<Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    geo_radius: Vec<[f64; 3]>,
}

impl Users {
    /// All users, until a condition is added.
    pub fn new() -> Self {
        Self::default()
    }

    /// A property of the profile: `Customer Type`, ...
    pub fn profile(mut self, condition: Condition) -> Self {
        self.profile_fields.push(condition);
        self
    }

    /// A field of app and device: `Make`, ...
    pub fn app(mut self, condition: Condition) -> Self {
        self.app_fields.push(condition);
        self
    }

    /// `Education`, `Gender`, ...
    pub fn demographic(mut self, condition: Condition) -> Self {
        self.demographics.push(condition);
        self
    }

    /// `Device`, `Platform`, ...
    pub fn technographic(mut self, condition: Condition) -> Self {
        self.technographics.push(condition);
        self
    }

    /// How they can be reached: `has_token`, ...
    pub fn reachable(mut self, condition: Condition) -> Self {
        self.reachability.push(condition);
        self
    }

    /// Where they are: a country, a country and a region, or a country, a region and a city.
    pub fn place<P: Into<String>>(mut self, place: impl IntoIterator<Item = P>) -> Self {
        self.geo_fields.push(place.into_iter().map(Into::into).collect());
        self
    }

    /// An area, as three numbers whose meaning the vendor does not state; presumably latitude, longitude and radius.
    pub fn radius(mut self, area: [f64; 3]) -> Self {
        self.geo_radius.push(area);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        const PARENT: &str = "common_profile_properties";
        let lists = [
            ("profile_fields", &self.profile_fields),
            ("app_fields", &self.app_fields),
            ("demographics", &self.demographics),
            ("technographics", &self.technographics),
            ("reachability", &self.reachability),
        ];
        for (list, conditions) in lists {
            for (index, condition) in conditions.iter().enumerate() {
                condition.check(&format!("{PARENT}.{list}[{index}]"))?;
            }
        }
        for (index, place) in self.geo_fields.iter().enumerate() {
            let field = format!("{PARENT}.geo_fields[{index}]");
            if place.is_empty() || place.len() > 3 {
                return Err(Fault::new(
                    field,
                    "must be a country, a region and a city, or the first of them",
                ));
            }
            place.iter().try_for_each(|part| names::required(&field, part))?;
        }
        if self.geo_radius.iter().flatten().any(|number| !number.is_finite()) {
            return Err(Fault::new(format!("{PARENT}.geo_radius"), "must be numbers that JSON can write"));
        }
        Ok(())
    }
}
