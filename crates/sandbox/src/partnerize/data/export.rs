//! Exports as CSV: a row at a time, so that one of a million takes no memory.

use std::ops::Range;
use std::sync::Arc;

use super::asked::{Complaint, Parts};
use super::campaign::Campaign;
use super::click::Click;
use super::conversion::{Conversion, Item, Payment};
use super::conversion_report::{advertiser_reference, customer_reference, customer_type, meta_value};
use super::line::Line;
use super::money::Money;
use super::selection::Selection;
use super::when;
use super::words::{COUNTRIES, CREATIVES, CURRENCIES, PRODUCTS, VOUCHERS, entry};
use super::world::{PARTNER, PARTNER_NAME, World};
use super::zone::Zone;

const CLICK_COLUMNS: &str = "click_id cookie_id campaign_id publisher_id status set_time set_ip last_used last_ip \
     advertiser_reference referer creative_id creative_type specific_creative_id country publisher_name";
const CONVERSION_COLUMNS: &str = "conversion_id campaign_id publisher_id conversion_date conversion_date_time \
     click_time click_date click_date_time currency advertiser_reference conversion_reference referer_ip \
     source_referer campaign_title publisher_name conversion_status conversion_lag value commission \
     publisher_commission creative_type creative_id specific_creative_id customer_type was_disputed cookie_id \
     country currency_original currency_conversion_rate";
const ITEM_COLUMNS: &str = "conversion_item_id sku category item_value item_commission \
     item_publisher_commission item_status item_status_id reject_reason last_update voucher_codes";
const PAYMENT_COLUMNS: &str = "payment_status self_bill_request_date self_bill_release_date";
/// Rows are handed out in pieces of about so many bytes.
const PIECE: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Clicks,
    Conversions,
    Items,
}

/// An export: the bytes of the CSV in pieces, the first of them with the names of the columns.
#[derive(Debug)]
pub(crate) struct Export {
    world: Arc<World>,
    kind: Kind,
    selection: Selection,
    zone: Zone,
    rest: Range<u64>,
    /// How many rows may still come.
    limit: u64,
    delimiter: char,
    utf16: bool,
    payment: bool,
    meta: Vec<&'static str>,
    headed: bool,
}

/// The export that was asked for, or what is wrong with the question.
pub(crate) fn export_csv(
    world: &Arc<World>,
    operation: &str,
    parts: &Parts<'_>,
) -> Option<Result<Export, Complaint>> {
    let kind = match operation {
        "exportClicks" => Kind::Clicks,
        "exportConversions" => Kind::Conversions,
        "exportConversionItems" => Kind::Items,
        _ => return None,
    };
    Some(Export::new(Arc::clone(world), kind, parts))
}

impl Export {
    fn new(world: Arc<World>, kind: Kind, parts: &Parts<'_>) -> Result<Self, Complaint> {
        let zone = when::zone(parts)?;
        if parts.one("end_date").is_none() {
            return Err(Complaint::missing("end_date"));
        }
        let selection = Selection::read(parts, &zone, &world)?;
        let delimiter = match parts.one("delimiter").unwrap_or("comma") {
            "comma" | "" => ',',
            "tab" => '\t',
            "pipe" => '|',
            other => return Err(Complaint::invalid("delimiter", other)),
        };
        let encoding = parts.one("encoding").unwrap_or("UTF-8");
        let utf16 = encoding.eq_ignore_ascii_case("UTF-16");
        if !utf16 && !encoding.eq_ignore_ascii_case("UTF-8") {
            return Err(Complaint::invalid("encoding", encoding));
        }
        let rest =
            if kind == Kind::Clicks { selection.clicks(&world) } else { selection.conversions(&world) };
        let meta = if kind == Kind::Items { world.meta() } else { Vec::new() };
        Ok(Self {
            kind,
            selection,
            zone,
            rest,
            limit: parts.number("limit")?.filter(|limit| *limit > 0).unwrap_or(u64::MAX),
            delimiter,
            utf16,
            payment: kind == Kind::Items && parts.yes("include_payment_info"),
            meta,
            headed: false,
            world,
        })
    }

    /// How many clicks or conversions will be looked at: what decides whether it takes a job.
    pub(crate) fn size(&self) -> u64 {
        (self.rest.end - self.rest.start).min(self.limit)
    }

    fn head(&self, piece: &mut String) {
        let columns = match self.kind {
            Kind::Clicks => CLICK_COLUMNS.to_owned(),
            Kind::Conversions => format!("{CONVERSION_COLUMNS} customer_reference camref"),
            Kind::Items => {
                let payment = if self.payment { PAYMENT_COLUMNS } else { "" };
                let mut columns = format!(
                    "{CONVERSION_COLUMNS} {ITEM_COLUMNS} customer_reference camref invoice_id {payment}"
                );
                for name in &self.meta {
                    columns.push_str(" meta_item_");
                    columns.push_str(name);
                }
                columns
            }
        };
        let mut line = Line::new(piece, self.delimiter);
        columns.split_whitespace().for_each(|column| {
            line.cell(column);
        });
        line.end();
    }

    fn rows_of(&mut self, index: u64, piece: &mut String) {
        if self.kind == Kind::Clicks {
            let click = self.world.click(index);
            if self.selection.fits_click(&self.world, &click) {
                self.limit -= 1;
                self.click_line(&click, piece);
            }
            return;
        }
        let conversion = self.world.conversion(index);
        let items = self.selection.items(&self.world, &conversion);
        if items.is_empty() {
            return;
        }
        let campaign = self.world.campaign(conversion.click.campaign);
        let mut cells = String::new();
        self.conversion_cells(&conversion, campaign, &items, &mut cells);
        if self.kind == Kind::Conversions {
            self.limit -= 1;
            Line::new(piece, self.delimiter)
                .written(&cells)
                .plain(customer_reference(&conversion))
                .plain(camref(campaign))
                .end();
            return;
        }
        for item in items {
            if self.limit == 0 {
                return;
            }
            self.limit -= 1;
            self.item_line(&cells, &conversion, campaign, item, piece);
        }
    }

    fn click_line(&self, click: &Click, piece: &mut String) {
        let campaign = self.world.campaign(click.campaign);
        Line::new(piece, self.delimiter)
            .plain(click.id())
            .plain(click.cookie())
            .plain(id(campaign))
            .plain(PARTNER)
            .plain("nibbled")
            .time(&self.zone, Some(click.at))
            .plain(click.address())
            .time(&self.zone, Some(click.at))
            .plain(click.address())
            .plain("")
            .plain("")
            .plain(entry(&CREATIVES, click.creative).0)
            .plain(u8::from(click.creative > 0))
            .plain(0)
            .plain(entry(&COUNTRIES, click.country).0)
            .plain(PARTNER_NAME)
            .end();
    }

    fn conversion_cells(
        &self,
        conversion: &Conversion,
        campaign: Option<&Campaign>,
        items: &[&Item],
        cells: &mut String,
    ) {
        let click = &conversion.click;
        let (at, clicked) = (self.zone.civil(conversion.at), self.zone.civil(click.at));
        Line::new(cells, self.delimiter)
            .plain(conversion.id())
            .plain(id(campaign))
            .plain(PARTNER)
            .plain(at.date())
            .time(&self.zone, Some(conversion.at))
            .plain(clicked.time())
            .plain(clicked.date())
            .time(&self.zone, Some(click.at))
            .plain(entry(&CURRENCIES, conversion.currency).0)
            .plain(advertiser_reference(campaign))
            .plain(conversion.reference())
            .plain(click.address())
            .plain("")
            .cell(campaign.map(|campaign| campaign.title.as_str()).unwrap_or_default())
            .plain(PARTNER_NAME)
            .plain(Conversion::status(items.iter().copied()))
            .plain(conversion.at - click.at)
            .plain(items.iter().map(|item| item.value).sum::<Money>())
            .plain(items.iter().map(|item| item.gross()).sum::<Money>())
            .plain(items.iter().map(|item| item.commission).sum::<Money>())
            .plain(u8::from(click.creative > 0))
            .plain(entry(&CREATIVES, click.creative).0)
            .plain(0)
            .plain(customer_type(conversion).unwrap_or_default())
            .plain(if conversion.disputed { "1" } else { "" })
            .plain(click.cookie())
            .plain(entry(&COUNTRIES, click.country).0)
            .plain("")
            .plain("");
    }

    fn item_line(
        &self,
        cells: &str,
        conversion: &Conversion,
        campaign: Option<&Campaign>,
        item: &Item,
        piece: &mut String,
    ) {
        let (number, category) = entry(&PRODUCTS, item.product);
        let mut line = Line::new(piece, self.delimiter);
        line.written(cells)
            .plain(item.id())
            .plain(number)
            .plain(category)
            .plain(item.value)
            .plain(item.gross())
            .plain(item.commission)
            .plain(item.status.word())
            .plain(item.status.id())
            .cell(item.reject_reason().unwrap_or_default())
            .time(&self.zone, Some(item.changed))
            .plain(item.voucher.map(|place| entry(&VOUCHERS, place).0).unwrap_or_default())
            .plain(customer_reference(conversion))
            .plain(camref(campaign))
            .plain(item.self_bill().unwrap_or_default());
        if self.payment {
            let (asked, released) = match item.payment {
                Payment::Billed { asked, released } => (Some(asked), released),
                _ => (None, None),
            };
            line.plain(item.payment.word()).time(&self.zone, asked).time(&self.zone, released);
        }
        let sent = campaign.map(|campaign| campaign.meta.as_slice()).unwrap_or_default();
        for name in &self.meta {
            let value = if sent.contains(name) { meta_value(item, name) } else { String::new() };
            line.plain(value);
        }
        line.end();
    }
}

fn id(campaign: Option<&Campaign>) -> &str {
    campaign.map(|campaign| campaign.id.as_str()).unwrap_or_default()
}

fn camref(campaign: Option<&Campaign>) -> &str {
    campaign.map(|campaign| campaign.camref.as_str()).unwrap_or_default()
}

impl Iterator for Export {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut piece = String::new();
        let first = !self.headed;
        if first {
            self.headed = true;
            self.head(&mut piece);
        }
        while piece.len() < PIECE && self.limit > 0 {
            let Some(index) = self.rest.next() else { break };
            self.rows_of(index, &mut piece);
        }
        if piece.is_empty() {
            return None;
        }
        if !self.utf16 {
            return Some(piece.into_bytes());
        }
        let mark = first.then_some('\u{feff}');
        let text: String = mark.into_iter().chain(piece.chars()).collect();
        Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
    }
}
