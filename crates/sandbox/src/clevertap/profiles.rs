//! The profiles of users and their devices, found by identity, e-mail address and CleverTap id.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::{Map, Value};

use super::operators;

/// A user.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Profile {
    /// All identities, the first one first.
    pub identities: Vec<String>,
    /// `Name`.
    pub name: Option<String>,
    /// `Email`.
    pub email: Option<String>,
    /// `Phone`.
    pub phone: Option<String>,
    /// All other properties.
    pub properties: Map<String, Value>,
    /// The devices.
    pub devices: Vec<Device>,
    /// By name of event: how many there were, and when.
    pub events: BTreeMap<String, Seen>,
    /// Whether it was deleted; a deleted one is found by nothing.
    pub deleted: bool,
    /// Whether it is one of the made-up world.
    pub from_world: bool,
}

/// A device of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Device {
    /// The CleverTap id.
    pub object_id: String,
    /// `iOS`, `Android`, `Web`, or nothing for one that is known by its id alone.
    pub platform: Option<&'static str>,
    /// The version of its system.
    pub os_version: Option<&'static str>,
    /// Who made it.
    pub make: Option<&'static str>,
    /// Its push token.
    pub token: Option<Token>,
}

/// A push token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Token {
    /// The token.
    pub id: String,
    /// `apns`, `fcm`, `chrome`, ...
    pub kind: String,
}

/// How often an event was seen, and when, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Seen {
    /// How often.
    pub count: u64,
    /// First.
    pub first: i64,
    /// Last.
    pub last: i64,
}

/// By what a record names its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// `identity`, `FBID` or `GPID`.
    Identity(String),
    /// `objectId`.
    Object(String),
}

impl Profile {
    /// What a query finds under a name: a property, or one of the device's.
    pub(super) fn property(&self, name: &str) -> Option<Value> {
        let device = self.devices.first();
        let text = match name {
            "Name" => self.name.as_deref(),
            "Email" => self.email.as_deref(),
            "Phone" => self.phone.as_deref(),
            "Make" => device?.make,
            "Platform" => device?.platform,
            _ => return self.properties.get(name).cloned(),
        };
        text.map(Value::from)
    }
}

impl Who {
    pub(super) fn text(&self) -> &str {
        match self {
            Who::Identity(text) | Who::Object(text) => text,
        }
    }
}

/// All profiles.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    all: Vec<Profile>,
    by_identity: HashMap<String, usize>,
    by_email: HashMap<String, usize>,
    by_object: HashMap<String, usize>,
}

impl Profiles {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.iter().count()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.all.iter().filter(|profile| !profile.deleted)
    }

    pub(super) fn indexed(&self) -> impl Iterator<Item = (usize, &Profile)> {
        self.all.iter().enumerate().filter(|(_, profile)| !profile.deleted)
    }

    /// The profile of the made-up world with this number, from 0; `None` when it was deleted.
    pub(super) fn nth_of_world(&self, number: usize) -> Option<usize> {
        self.find(&Who::Identity(format!("user-{number}")))
    }

    pub(super) fn get(&self, index: usize) -> Option<&Profile> {
        self.all.get(index).filter(|profile| !profile.deleted)
    }

    pub(super) fn find(&self, who: &Who) -> Option<usize> {
        match who {
            Who::Identity(identity) => self.by_identity.get(identity).copied(),
            Who::Object(object) => self.by_object.get(object).copied(),
        }
    }

    pub(super) fn find_email(&self, email: &str) -> Option<usize> {
        self.by_email.get(&email.to_lowercase()).copied()
    }

    /// Deletes a profile. A user that comes back is a new one.
    pub(super) fn delete(&mut self, who: &Who) {
        let Some(index) = self.find(who) else { return };
        if let Some(profile) = self.all.get_mut(index) {
            profile.deleted = true;
        }
        self.by_identity.retain(|_, held| *held != index);
        self.by_object.retain(|_, held| *held != index);
        self.by_email.retain(|_, held| *held != index);
    }

    /// Takes an identity off its profile. Answers whether it was there.
    pub(super) fn detach(&mut self, identity: &str) -> bool {
        let index = self.by_identity.remove(identity);
        let profile = index.and_then(|index| self.all.get_mut(index));
        profile.map(|profile| profile.identities.retain(|held| held != identity)).is_some()
    }

    /// Changes the profiles that this is true of. Answers how many they are.
    pub(super) fn change_where(
        &mut self,
        is_meant: impl Fn(&Profile) -> bool,
        key: &str,
        value: &Value,
    ) -> usize {
        let meant = self.all.iter_mut().filter(|profile| !profile.deleted && is_meant(profile));
        meant.map(|profile| profile.properties.insert(key.to_owned(), value.clone())).count()
    }

    /// The profile of that name; a new one when there is none.
    pub(super) fn find_or_create(&mut self, who: &Who) -> usize {
        if let Some(index) = self.find(who) {
            return index;
        }
        let index = self.all.len();
        let mut profile = Profile::default();
        match who {
            Who::Identity(identity) => profile.identities.push(identity.clone()),
            Who::Object(object) => {
                profile.devices.push(Device { object_id: object.clone(), ..Device::default() });
            }
        }
        self.add(profile);
        index
    }

    /// Adds a profile; what it is found by leads to it from now on.
    pub(super) fn add(&mut self, profile: Profile) -> usize {
        let index = self.all.len();
        for identity in &profile.identities {
            self.by_identity.insert(identity.clone(), index);
        }
        for device in &profile.devices {
            self.by_object.insert(device.object_id.clone(), index);
        }
        if let Some(email) = &profile.email {
            self.by_email.insert(email.to_lowercase(), index);
        }
        self.all.push(profile);
        index
    }

    /// Notes an event of a profile.
    pub(super) fn saw(&mut self, index: usize, name: &str, at: i64) {
        let Some(profile) = self.all.get_mut(index) else { return };
        let seen = profile.events.entry(name.to_owned()).or_insert(Seen { count: 0, first: at, last: at });
        seen.count += 1;
        seen.first = seen.first.min(at);
        seen.last = seen.last.max(at);
    }

    /// Applies `profileData` to a profile.
    pub(super) fn change(&mut self, index: usize, data: &Map<String, Value>) {
        let Some(profile) = self.all.get_mut(index) else { return };
        for (key, value) in data {
            let text = || value.as_str().map(str::to_owned);
            match key.as_str() {
                "identity" => {
                    let identity = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    self.by_identity.insert(identity.clone(), index);
                    if !profile.identities.contains(&identity) {
                        profile.identities.push(identity);
                    }
                }
                "Email" if !value.is_object() => {
                    profile.email = text();
                    if let Some(email) = &profile.email {
                        self.by_email.insert(email.to_lowercase(), index);
                    }
                }
                "Email" => profile.email = None,
                "Name" => profile.name = text(),
                "Phone" => profile.phone = text(),
                _ => operators::apply(&mut profile.properties, key, value),
            }
        }
    }

    /// Puts a token on a device.
    pub(super) fn set_token(&mut self, object: &str, token: Token) {
        let index = self.find_or_create(&Who::Object(object.to_owned()));
        let devices = self.all.get_mut(index).map(|profile| &mut profile.devices);
        let device = devices.into_iter().flatten().find(|device| device.object_id == object);
        if let Some(device) = device {
            device.token = Some(token);
        }
    }

    /// The platform of a device.
    pub(super) fn platform(&self, object: &str) -> Option<&'static str> {
        let profile = self.get(*self.by_object.get(object)?)?;
        profile.devices.iter().find(|device| device.object_id == object)?.platform
    }
}
