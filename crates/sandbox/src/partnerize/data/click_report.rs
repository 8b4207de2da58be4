//! The report of clicks: pages by offset over live data.

use serde::Serialize;
use serde_json::{Value, json};

use super::asked::{Answered, Complaint, Parts};
use super::click::Click;
use super::selection::Selection;
use super::survey::{Subject, Survey};
use super::when;
use super::words::{
    CREATIVES, DEVICES, PARTNERSHIP_MODELS, PUBLISHER_REFERENCES, TRAFFIC_SOURCES, USER_CONTEXTS, entry,
};
use super::world::{PARTNER, World};
use super::xml;
use super::zone::Zone;
use crate::fault::Twist;

/// The most rows of a page of any report.
pub(super) const MOST: u64 = 300;

#[derive(Serialize)]
struct Page {
    unique_click_count: u64,
    start_date_time_utc: String,
    end_date_time_utc: String,
    start_date_time: String,
    end_date_time: String,
    limit: u64,
    offset: u64,
    count: u64,
    execution_time: &'static str,
    clicks: Vec<Wrapped>,
}

#[derive(Serialize)]
struct Wrapped {
    click: Row,
}

#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    click: Attributes,
    clickref: String,
    meta_data: Value,
}

/// What a report of clicks and the click of a conversion have in common, in the vendor's order.
#[derive(Serialize)]
pub(super) struct Attributes {
    campaign_id: String,
    publisher_id: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    set_time: String,
    set_ip: String,
    last_used: Value,
    last_ip: String,
    publisher_reference: &'static str,
    referer: &'static str,
    creative_id: u16,
    creative_type: u8,
    specific_creative_id: u8,
    ref_device_id: u16,
    ref_traffic_source_id: u16,
    ref_partnership_model_id: u16,
    ref_user_context_id: u16,
}

impl Attributes {
    /// `last_used` is seconds since 1970 in one of the vendor's answers and a time in the other.
    pub(super) fn new(world: &World, zone: &Zone, click: &Click, last_used: Value) -> Self {
        Self {
            campaign_id: world
                .campaign(click.campaign)
                .map(|campaign| campaign.id.clone())
                .unwrap_or_default(),
            publisher_id: PARTNER,
            kind: "standard",
            status: "nibbled",
            set_time: zone.plain(click.at),
            set_ip: click.address(),
            last_used,
            last_ip: click.address(),
            publisher_reference: entry(&PUBLISHER_REFERENCES, click.reference),
            referer: "",
            creative_id: entry(&CREATIVES, click.creative).0.parse().unwrap_or_default(),
            creative_type: u8::from(click.creative > 0),
            specific_creative_id: 0,
            ref_device_id: entry(&DEVICES, click.device).id,
            ref_traffic_source_id: entry(&TRAFFIC_SOURCES, click.source).id,
            ref_partnership_model_id: entry(&PARTNERSHIP_MODELS, click.model).id,
            ref_user_context_id: entry(&USER_CONTEXTS, click.context).id,
        }
    }
}

pub(super) fn answer(world: &World, parts: &Parts<'_>) -> Result<Answered, Complaint> {
    let zone = when::zone(parts)?;
    let selection = Selection::read(parts, &zone, world)?;
    let survey = Survey::of(world, Subject::Clicks, &selection);
    let limit = parts.number("limit")?.unwrap_or(MOST).clamp(1, MOST);
    let asked = parts.number("offset")?.unwrap_or(0);
    let Window { offset, late } = Window::of(parts, asked, limit);
    let (from, mut pass_over) = survey.seek(offset);
    let mut clicks = Vec::new();
    for index in from..survey.range.end {
        if clicks.len() as u64 == limit || parts.twist == Some(Twist::EmptyPage) {
            break;
        }
        let click = world.click(index);
        if !selection.fits_click(world, &click) {
            continue;
        }
        if pass_over > 0 {
            pass_over -= 1;
            continue;
        }
        clicks.push(Wrapped { click: row(world, &zone, &click) });
    }
    let ends = survey.ends.map(|(first, last)| (world.click(first).at, world.click(last).at));
    let (start, end) = ends.unwrap_or((selection.span.start, selection.span.end));
    let page = Page {
        unique_click_count: survey.unique,
        start_date_time_utc: Zone::utc().plain(selection.span.start),
        end_date_time_utc: Zone::utc().plain(selection.span.end),
        start_date_time: zone.plain(start),
        end_date_time: zone.plain(end),
        limit,
        offset: asked,
        count: survey.rows() + late,
        execution_time: "0.27682 seconds",
        clicks,
    };
    Ok(xml::either(parts, "clicks", Answered::json(&page)))
}

/// Where a page by offset really begins when rows have come in before the others since the first page.
pub(super) struct Window {
    pub(super) offset: u64,
    /// How many have come in.
    pub(super) late: u64,
}

impl Window {
    pub(super) fn of(parts: &Parts<'_>, asked: u64, limit: u64) -> Self {
        // Whoever reads on has turned a page for each `limit` rows. Rows that came in push the others back, so that
        // the end of the page before is seen again and nothing is missed.
        let late = parts.shift.min(limit.saturating_sub(1)) * asked.div_ceil(limit);
        Self { offset: asked.saturating_sub(late), late }
    }
}

fn row(world: &World, zone: &Zone, click: &Click) -> Row {
    let last_used = zone.plain(click.at).into();
    Row {
        click: Attributes::new(world, zone, click, last_used),
        clickref: click.clickref(),
        // An empty map is an empty list here.
        meta_data: json!([]),
    }
}
