//! Which conversions and clicks a report or an export shows.
//!
//! States, products and payments are of items: a conversion is shown with those of its items that fit, and its sums are
//! theirs. So the sums of a report by state are those of analytics by state. The vendor does not say what it does.

use std::ops::Range;

use super::asked::{Complaint, Parts};
use super::click::Click;
use super::conversion::{Conversion, Item, LATEST_DECISION, Payment, Status};
use super::when;
use super::words::{CONVERSION_METRICS, PRODUCTS, PUBLISHER_REFERENCES, currency_place, entry};
use super::world::World;
use super::zone::Zone;

/// What the span of time applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Happened,
    Changed,
    Approved,
}

/// The conversion with an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    At(u64),
    /// No conversion has such an id.
    None,
}

/// What was asked for. Lists that are empty let everything through.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Selection {
    pub(super) span: Range<i64>,
    moment: Moment,
    currencies: Vec<usize>,
    statuses: Vec<Status>,
    campaigns: Vec<String>,
    products: Vec<String>,
    references: Vec<String>,
    conversion: Option<Only>,
    order: Option<String>,
    metrics: Vec<u16>,
    billed_after: Option<i64>,
}

impl Only {
    fn of(id: &str) -> Self {
        Conversion::index_of(id).map_or(Self::None, Self::At)
    }
}

impl Selection {
    /// Reads the parameters of a report or an export.
    pub(super) fn read(parts: &Parts<'_>, zone: &Zone, world: &World) -> Result<Self, Complaint> {
        let moment = match parts.one("date_type").unwrap_or("standard") {
            "standard" | "" => Moment::Happened,
            "last_updated" | "last_modified" => Moment::Changed,
            "approved_at" => Moment::Approved,
            other => return Err(Complaint::invalid("date_type", other)),
        };
        let statuses = parts.all("statuses[]").map(|word| {
            let status = Status::ALL.into_iter().find(|status| status.word() == word);
            status.ok_or_else(|| Complaint::invalid("statuses[]", word))
        });
        let currencies = parts
            .all("currency[]")
            .map(|code| currency_place(code).ok_or_else(|| Complaint::invalid("currency[]", code)));
        let metrics = parts
            .all("ref_conversion_metric_id")
            .map(|id| id.trim().parse().map_err(|_| Complaint::invalid("ref_conversion_metric_id", id)));
        let billed_after = parts.one("invoice_created_date").map(|text| {
            when::moment(text, zone).ok_or_else(|| Complaint::invalid("invoice_created_date", text))
        });
        let pivot = |name: &str| -> Vec<String> {
            parts.all(&format!("multipivot[{name}]")).map(str::to_owned).collect()
        };
        if let Some((name, _)) = parts.query.iter().find(|(name, _)| unknown_pivot(name)) {
            return Err(Complaint::invalid("multipivot", name));
        }
        Ok(Self {
            span: when::span(parts, zone, world.now)?,
            moment,
            currencies: currencies.collect::<Result<_, _>>()?,
            statuses: statuses.collect::<Result<_, _>>()?,
            campaigns: pivot("campaign"),
            products: pivot("product"),
            references: pivot("publisher_reference"),
            conversion: parts.one("conversion_id").map(Only::of),
            order: parts.one("conversion_reference").map(str::to_owned),
            metrics: metrics.collect::<Result<_, _>>()?,
            billed_after: billed_after.transpose()?,
        })
    }

    /// The last second of the span.
    pub(super) fn last_second(&self) -> i64 {
        self.span.end - 1
    }

    /// The conversions among which those that fit are.
    pub(super) fn conversions(&self, world: &World) -> Range<u64> {
        match (self.conversion, self.moment) {
            (Some(Only::None), _) => 0..0,
            (Some(Only::At(index)), _) if index >= world.schedule.conversions() => 0..0,
            (Some(Only::At(index)), _) => index..index + 1,
            (None, Moment::Happened) => world.conversions_between(self.span.start, self.span.end),
            // What changed in the span has happened in it or not long before.
            (None, _) => world.conversions_between(self.span.start - LATEST_DECISION - 2, self.span.end),
        }
    }

    /// The items of the conversion that fit; none when it does not fit itself.
    pub(super) fn items<'a>(&self, world: &World, conversion: &'a Conversion) -> Vec<&'a Item> {
        if !self.fits(world, conversion) {
            return Vec::new();
        }
        conversion.items().filter(|item| self.fits_item(item)).collect()
    }

    fn fits(&self, world: &World, conversion: &Conversion) -> bool {
        let in_time = match self.moment {
            Moment::Happened => self.span.contains(&conversion.at),
            Moment::Changed => self.span.contains(&conversion.changed()),
            Moment::Approved => true,
        };
        let metric = entry(&CONVERSION_METRICS, conversion.metric).id;
        in_time
            && any(&self.currencies, |currency| *currency == conversion.currency)
            && any(&self.metrics, |id| *id == metric)
            && self.order.as_ref().is_none_or(|order| *order == conversion.reference())
            && self.of_click(world, &conversion.click)
    }

    fn of_click(&self, world: &World, click: &Click) -> bool {
        let campaign = || world.campaign(click.campaign).map(|campaign| campaign.id.as_str());
        any(&self.campaigns, |id| Some(id.as_str()) == campaign())
            && any(&self.references, |reference| reference == entry(&PUBLISHER_REFERENCES, click.reference))
    }

    fn fits_item(&self, item: &Item) -> bool {
        let (number, category) = entry(&PRODUCTS, item.product);
        let in_time = self.moment != Moment::Approved
            || item.approved().is_some_and(|approved| self.span.contains(&approved));
        let billed = self
            .billed_after
            .is_none_or(|after| matches!(item.payment, Payment::Billed { asked, .. } if asked > after));
        in_time
            && billed
            && any(&self.statuses, |status| *status == item.status)
            && any(&self.products, |product| product == number || product == category)
    }

    /// The clicks among which those that fit are.
    pub(super) fn clicks(&self, world: &World) -> Range<u64> {
        world.clicks_between(self.span.start, self.span.end)
    }

    /// Whether a click fits. Currencies are those of its campaign; a click has no state.
    pub(super) fn fits_click(&self, world: &World, click: &Click) -> bool {
        let currency = world.campaign(click.campaign).map(|campaign| campaign.currency);
        any(&self.currencies, |own| Some(*own) == currency) && self.of_click(world, click)
    }
}

fn any<T>(choices: &[T], fits: impl FnMut(&T) -> bool) -> bool {
    choices.is_empty() || choices.iter().any(fits)
}

fn unknown_pivot(name: &str) -> bool {
    let pivot = name.strip_prefix("multipivot[").and_then(|rest| rest.split(']').next());
    pivot.is_some_and(|pivot| !["campaign", "product", "publisher_reference"].contains(&pivot))
}
