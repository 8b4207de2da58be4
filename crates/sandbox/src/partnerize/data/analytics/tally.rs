//! One pass over the events of a query, by group.

use std::collections::{BTreeMap, HashMap};

use super::super::conversion::LATEST_DECISION;
use super::super::world::World;
use super::column::{Column, Event, columns_of};
use super::metric::Sums;
use super::query::{Date, Dates, Query};
use super::source::Source;

/// Groups and what they come to, in the order of their keys: the place of the span first, then of each column's word.
pub(super) struct Tally {
    pub(super) columns: Vec<Words>,
    pub(super) groups: BTreeMap<Vec<usize>, Sums>,
}

/// A column with the words that it has had. Several numbers may have one word.
pub(super) struct Words {
    pub(super) column: &'static Column,
    places: HashMap<usize, usize>,
    pub(super) seen: Vec<Option<String>>,
}

impl Words {
    fn place(&mut self, world: &World, event: &Event<'_>) -> usize {
        let number = (self.column.number)(event);
        if let Some(place) = self.places.get(&number) {
            return *place;
        }
        let own = (self.column.word)(world, number);
        let place = self.seen.iter().position(|have| *have == own).unwrap_or_else(|| {
            self.seen.push(own);
            self.seen.len() - 1
        });
        self.places.insert(number, place);
        place
    }
}

impl Tally {
    /// Counts what is in the ranges; with spans, by the span that an event's date is in.
    pub(super) fn new(
        world: &World,
        query: &mut Query,
        ranges: &[Dates],
        spans: Option<&[(i64, i64)]>,
    ) -> Self {
        let columns = query.groups.iter().filter(|group| *group != "date_time");
        let columns = columns.flat_map(|group| columns_of(group)).map(|column| Words {
            column,
            places: HashMap::new(),
            seen: Vec::new(),
        });
        let mut tally = Self { columns: columns.collect(), groups: BTreeMap::new() };
        for index in candidates(world, query.source, ranges) {
            if query.source == Source::Conversions {
                let conversion = world.conversion(index);
                for item in conversion.items() {
                    let event = Event { click: &conversion.click, item: Some((&conversion, item)) };
                    tally.take(world, query, ranges, spans, &event);
                }
            } else {
                let click = world.click(index);
                tally.take(world, query, ranges, spans, &Event { click: &click, item: None });
            }
        }
        tally
    }

    fn take(
        &mut self,
        world: &World,
        query: &mut Query,
        ranges: &[Dates],
        spans: Option<&[(i64, i64)]>,
        event: &Event<'_>,
    ) {
        let inside = |range: &Dates| event.date(range.date).is_some_and(|at| range.span.contains(&at));
        if !ranges.iter().any(inside)
            || !query.filters.iter_mut().all(|filter| filter.lets_through(world, event))
        {
            return;
        }
        let mut key = Vec::with_capacity(self.columns.len() + 1);
        if let Some(spans) = spans {
            let place = event.date(query.by).and_then(|at| {
                let place = spans.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
                spans.get(place).filter(|(_, end)| at < *end).map(|_| place)
            });
            let Some(place) = place else { return };
            key.push(place);
        }
        key.extend(self.columns.iter_mut().map(|words| words.place(world, event)));
        self.groups.entry(key).or_default().take(world, event);
    }
}

impl Event<'_> {
    fn date(&self, date: Date) -> Option<i64> {
        match date {
            Date::Happened => Some(self.item.map_or(self.click.at, |(conversion, _)| conversion.at)),
            Date::Approved => self.item.and_then(|(_, item)| item.approved()),
            Date::Stay => None,
        }
    }
}

/// The places of everything that may be in the ranges, each once and in order.
fn candidates(world: &World, source: Source, ranges: &[Dates]) -> impl Iterator<Item = u64> + use<> {
    let mut found: Vec<_> = ranges
        .iter()
        .map(|range| {
            // What was approved in a range has happened in it or not long before.
            let early = if range.date == Date::Approved { LATEST_DECISION + 1 } else { 0 };
            let (from, to) = (range.span.start - early, range.span.end);
            match source {
                Source::Conversions => world.conversions_between(from, to),
                Source::Clicks | Source::Impressions => world.clicks_between(from, to),
            }
        })
        .collect();
    found.sort_unstable_by_key(|range| range.start);
    let mut next = 0;
    found.into_iter().flat_map(move |range| {
        let places = range.start.max(next)..range.end.max(next);
        next = places.end;
        places
    })
}
