//! The query of an export or a count, out of options and JSON.

use afflux::clevertap::{Activity, Query};
use afflux_core::decode::{Field, JsonText};
use jiff::civil::Date;

use crate::{args, failure::Failure, given};

/// Builds it. What is given both ways is refused; members of the JSON that have no option go in as they are.
pub(super) fn query(args: &args::Query) -> Result<Query, Failure> {
    let mut given = Given { event: args.event.clone(), from: args.from, to: args.to };
    let mut beside = Vec::new();
    if let Some(argument) = &args.text {
        let json = JsonText::new(given::text(argument)?)
            .map_err(|_| Failure::usage("--query must be one JSON object"))?;
        if !json.text().trim_start().starts_with('{') {
            return Err(Failure::usage("--query must be one JSON object"));
        }
        for (name, value) in json.field().entries() {
            match name.as_ref() {
                "event_name" => {
                    set(&mut given.event, "event_name", "--event", Some(value.text().into_owned()))?;
                }
                "from" => set(&mut given.from, "from", "--from", day(value))?,
                "to" => set(&mut given.to, "to", "--to", day(value))?,
                _ => beside.push((name.into_owned(), value)),
            }
        }
        return given.with(beside);
    }
    given.with(beside)
}

/// The event and its days.
struct Given {
    event: Option<String>,
    from: Option<Date>,
    to: Option<Date>,
}

impl Given {
    fn with(self, beside: Vec<(String, Field<'_>)>) -> Result<Query, Failure> {
        let mut query = match (self.event, self.from, self.to) {
            (Some(event), Some(from), Some(to)) => Query::from(Activity::of(event, from..=to)),
            (None, None, None) => Query::everybody(),
            (None, ..) => return Err(Failure::usage("--event is missing: the days are an event's")),
            (Some(_), None, _) => {
                return Err(Failure::usage("--from is missing: the first day of the event"));
            }
            (Some(_), _, None) => return Err(Failure::usage("--to is missing: the last day of the event")),
        };
        for (name, value) in beside {
            let value = JsonText::new(value.raw().to_owned())
                .map_err(|_| Failure::usage(format!("--query: `{name}` is not JSON")))?;
            query = query.extra(name, value);
        }
        Ok(query)
    }
}

fn set<T>(slot: &mut Option<T>, name: &str, option: &str, value: Option<T>) -> Result<(), Failure> {
    if slot.is_some() {
        return Err(Failure::usage(format!("--query: `{name}` is given by {option} too")));
    }
    match value {
        Some(value) => {
            *slot = Some(value);
            Ok(())
        }
        None => Err(Failure::usage(format!("--query: `{name}` must be a day as YYYYMMDD"))),
    }
}

/// A day as the vendor writes it, YYYYMMDD.
fn day(value: Field<'_>) -> Option<Date> {
    let text = value.text();
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    if text.len() != 8 {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
