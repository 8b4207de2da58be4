//! What a selection comes to: how many rows, where each of them is, and their sums.
//!
//! It is found in one pass and kept for the pages that follow, so that each of them costs its own rows only.

use std::ops::Range;
use std::sync::Arc;

use super::money::Purse;
use super::selection::Selection;
use super::words::CURRENCIES;
use super::world::World;
use crate::sync::lock;

/// How many rows are counted together.
const BLOCK: u64 = 512;
/// How many surveys are kept.
const KEPT: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Conversions,
    Clicks,
}

/// What a selection comes to.
#[derive(Debug, Clone, Default)]
pub(super) struct Survey {
    /// Where the rows are.
    pub(super) range: Range<u64>,
    /// How many fit before each block of the range, and at last how many there are.
    before: Vec<u64>,
    /// Conversions by currency.
    pub(super) counts: [u64; CURRENCIES.len()],
    pub(super) items: u64,
    pub(super) value: Purse,
    pub(super) commission: Purse,
    /// Clicks of visitors who had not clicked before.
    pub(super) unique: u64,
    /// The first and the last row that fit.
    pub(super) ends: Option<(u64, u64)>,
}

/// The last surveys.
#[derive(Debug, Default)]
pub(super) struct Surveys(Vec<(Subject, Selection, Arc<Survey>)>);

impl Survey {
    pub(super) fn of(world: &World, subject: Subject, selection: &Selection) -> Arc<Self> {
        let mut kept = lock(&world.surveys);
        let found = kept.0.iter().find(|(of, made_for, _)| *of == subject && made_for == selection);
        if let Some((_, _, survey)) = found {
            return Arc::clone(survey);
        }
        let survey = Arc::new(Self::make(world, subject, selection));
        if kept.0.len() == KEPT {
            kept.0.remove(0);
        }
        kept.0.push((subject, selection.clone(), Arc::clone(&survey)));
        survey
    }

    fn make(world: &World, subject: Subject, selection: &Selection) -> Self {
        let range = match subject {
            Subject::Conversions => selection.conversions(world),
            Subject::Clicks => selection.clicks(world),
        };
        let mut survey = Self { range, ..Self::default() };
        let mut rows = 0;
        for index in survey.range.clone() {
            if (index - survey.range.start).is_multiple_of(BLOCK) {
                survey.before.push(rows);
            }
            let fits = match subject {
                Subject::Conversions => survey.take_conversion(world, selection, index),
                Subject::Clicks => survey.take_click(world, selection, index),
            };
            if fits {
                rows += 1;
                survey.ends = Some((survey.ends.map_or(index, |(first, _)| first), index));
            }
        }
        survey.before.push(rows);
        survey
    }

    fn take_conversion(&mut self, world: &World, selection: &Selection, index: u64) -> bool {
        let conversion = world.conversion(index);
        let items = selection.items(world, &conversion);
        if items.is_empty() {
            return false;
        }
        self.items += items.len() as u64;
        if let Some(count) = self.counts.get_mut(conversion.currency) {
            *count += 1;
        }
        self.value.add(conversion.currency, items.iter().map(|item| item.value).sum());
        self.commission.add(conversion.currency, items.iter().map(|item| item.commission).sum());
        true
    }

    fn take_click(&mut self, world: &World, selection: &Selection, index: u64) -> bool {
        let click = world.click(index);
        let fits = selection.fits_click(world, &click);
        self.unique += u64::from(fits && !click.again);
        fits
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> u64 {
        self.before.last().copied().unwrap_or_default()
    }

    /// From where on to look for the row at this offset among those that fit, and how many that fit to pass over
    /// there.
    pub(super) fn seek(&self, offset: u64) -> (u64, u64) {
        let block = self.before.partition_point(|before| *before <= offset).saturating_sub(1);
        let before = self.before.get(block).copied().unwrap_or_default();
        let from = self.range.start + BLOCK * block as u64;
        (from.min(self.range.end), offset.saturating_sub(before))
    }

    /// Whether there are conversions in this currency.
    pub(super) fn has(&self, currency: usize) -> bool {
        self.counts.get(currency).is_some_and(|count| *count > 0)
    }
}
