//! A made-up project: users with devices and a month of events, so that reads have something to tell.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::events::Event;
use super::profiles::{Device, Profile, Token};
use super::state::State;
use crate::prng::SplitMix64;

/// How far back events go.
const MONTH: u64 = 30 * 24 * 60 * 60;
const NAMES: [&str; 10] = ["Ana", "Ben", "Carla", "Dev", "Elif", "Farid", "Grace", "Hiro", "Ines", "Jonas"];
const CITIES: [&str; 5] = ["Berlin", "Mumbai", "Jakarta", "Austin", "Dubai"];
const CLASSES: [&str; 3] = ["Platinum", "Gold", "Silver"];
const PRODUCTS: [&str; 4] = ["Casio Chronograph Watch", "Running shoes", "Travel bag", "Phone case"];
const EVENTS: [&str; 4] = ["App Launched", "Product viewed", "Added to cart", "Charged"];

impl State {
    /// Adds users, and events of theirs up to now. The same seed makes the same.
    pub(super) fn populate(&mut self, profiles: usize, events: usize, now: Timestamp) {
        let first = self.world_profiles;
        for number in first..first.saturating_add(profiles) {
            let profile = person(number, &mut self.people);
            self.profiles.add(profile);
        }
        self.world_profiles = first.saturating_add(profiles);
        if self.world_profiles == 0 {
            return;
        }
        let mut times: Vec<i64> = (0..events).map(|_| self.ago(now)).collect();
        times.sort_unstable();
        for timestamp in times {
            self.add_world_event(timestamp);
        }
    }

    fn ago(&mut self, now: Timestamp) -> i64 {
        let back = i64::try_from(self.people.below(MONTH)).unwrap_or(0);
        now.as_second().saturating_sub(back)
    }

    fn add_world_event(&mut self, timestamp: i64) {
        let chosen = usize::try_from(self.people.below(self.world_profiles as u64)).unwrap_or(0);
        let Some(profile) = self.profiles.nth_of_world(chosen) else { return };
        let name = self.people.pick(&EVENTS);
        let price = 50 + self.people.below(400);
        let product = self.people.pick(&PRODUCTS);
        let properties = match name {
            "Charged" => json!({"Amount": price, "Currency": "USD", "Payment mode": "Credit Card",
                "Charged ID": self.people.below(1_000_000), "Items": [{"Product name": product, "Quantity": 1}]}),
            "App Launched" => json!({}),
            _ => json!({"Product name": product, "Price": price}),
        };
        let source = self.people.pick(&["Direct", "Others"]);
        let session = json!({"session_source": source, "utm_source": "acme"});
        let identity = self.profiles.get(profile).and_then(|profile| profile.identities.first().cloned());
        self.profiles.saw(profile, name, timestamp);
        self.events.names.insert(name.to_owned());
        self.events.world.push(Arc::new(Event {
            number: 0,
            received_at: Timestamp::from_second(timestamp).unwrap_or(Timestamp::MAX),
            identity: identity.unwrap_or_default(),
            name: name.to_owned(),
            timestamp,
            properties: members(properties),
            session: members(session),
            source: None,
            profile,
        }));
    }
}

fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}

fn person(number: usize, chance: &mut SplitMix64) -> Profile {
    let name = chance.pick(&NAMES);
    let (platform, os_version, make, kind) = match chance.below(3) {
        0 => ("iOS", "10.2", "Apple", Some("apns")),
        1 => ("Android", "14", "Samsung", Some("fcm")),
        _ => ("Web", "126", "Chrome", None),
    };
    let token = kind.map(|kind| Token { id: format!("token-{number}"), kind: kind.to_owned() });
    let properties = json!({
        "Customer Type": chance.pick(&CLASSES),
        "City": chance.pick(&CITIES),
        "Gender": chance.pick(&["M", "F"]),
        "Age": 18 + chance.below(50),
    });
    Profile {
        identities: vec![format!("user-{number}")],
        name: Some(name.to_owned()),
        email: Some(format!("{}{number}@example.com", name.to_lowercase())),
        phone: Some(format!("+1415555{:04}", number % 10_000)),
        properties: members(properties),
        devices: vec![Device {
            object_id: format!("__{:016x}", chance.next_u64()),
            platform: Some(platform),
            os_version: Some(os_version),
            make: Some(make),
            token,
        }],
        from_world: true,
        ..Profile::default()
    }
}
