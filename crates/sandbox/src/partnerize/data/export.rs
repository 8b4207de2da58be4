//! Exports as CSV: a row at a time, so that one of a million takes no memory.

use std::ops::Range;
use std::sync::Arc;

use super::asked::{Complaint, Parts};
use super::click::Click;
use super::conversion::{Conversion, Item, Payment};
use super::conversion_report::{advertiser_reference, customer_reference, customer_type, meta_value};
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
        self.row(piece, columns.split_whitespace());
    }

    fn rows_of(&mut self, index: u64, piece: &mut String) {
        if self.kind == Kind::Clicks {
            let click = self.world.click(index);
            if self.selection.fits_click(&self.world, &click) {
                self.limit -= 1;
                self.row(piece, self.click_cells(&click));
            }
            return;
        }
        let conversion = self.world.conversion(index);
        let items = self.selection.items(&self.world, &conversion);
        if items.is_empty() {
            return;
        }
        let cells = self.conversion_cells(&conversion, &items);
        if self.kind == Kind::Conversions {
            self.limit -= 1;
            let rest = [customer_reference(&conversion), self.camref(&conversion)];
            self.row(piece, cells.into_iter().chain(rest));
            return;
        }
        for item in items {
            if self.limit == 0 {
                return;
            }
            self.limit -= 1;
            self.row(piece, cells.iter().cloned().chain(self.item_cells(&conversion, item)));
        }
    }

    fn click_cells(&self, click: &Click) -> [String; 16] {
        let campaign = self.world.campaign(click.campaign);
        let time = self.zone.plain(click.at);
        [
            click.id(),
            click.cookie(),
            campaign.map(|campaign| campaign.id.clone()).unwrap_or_default(),
            PARTNER.to_owned(),
            "nibbled".to_owned(),
            time.clone(),
            click.address(),
            time,
            click.address(),
            String::new(),
            String::new(),
            entry(&CREATIVES, click.creative).0.to_owned(),
            u8::from(click.creative > 0).to_string(),
            "0".to_owned(),
            entry(&COUNTRIES, click.country).0.to_owned(),
            PARTNER_NAME.to_owned(),
        ]
    }

    fn conversion_cells(&self, conversion: &Conversion, items: &[&Item]) -> Vec<String> {
        let click = &conversion.click;
        let campaign = self.world.campaign(click.campaign);
        let (at, clicked) = (self.zone.civil(conversion.at), self.zone.civil(click.at));
        let value: Money = items.iter().map(|item| item.value).sum();
        let gross: Money = items.iter().map(|item| item.gross()).sum();
        let commission: Money = items.iter().map(|item| item.commission).sum();
        vec![
            conversion.id(),
            campaign.map(|campaign| campaign.id.clone()).unwrap_or_default(),
            PARTNER.to_owned(),
            at.date().to_string(),
            self.zone.plain(conversion.at),
            clicked.time().to_string(),
            clicked.date().to_string(),
            self.zone.plain(click.at),
            entry(&CURRENCIES, conversion.currency).0.to_owned(),
            advertiser_reference(campaign),
            conversion.reference(),
            click.address(),
            String::new(),
            campaign.map(|campaign| campaign.title.clone()).unwrap_or_default(),
            PARTNER_NAME.to_owned(),
            Conversion::status(items.iter().copied()).to_owned(),
            (conversion.at - click.at).to_string(),
            value.to_string(),
            gross.to_string(),
            commission.to_string(),
            u8::from(click.creative > 0).to_string(),
            entry(&CREATIVES, click.creative).0.to_owned(),
            "0".to_owned(),
            customer_type(conversion).unwrap_or_default().to_owned(),
            if conversion.disputed { "1" } else { "" }.to_owned(),
            click.cookie(),
            entry(&COUNTRIES, click.country).0.to_owned(),
            String::new(),
            String::new(),
        ]
    }

    fn item_cells(&self, conversion: &Conversion, item: &Item) -> Vec<String> {
        let (number, category) = entry(&PRODUCTS, item.product);
        let voucher = item.voucher.map(|place| entry(&VOUCHERS, place).0).unwrap_or_default();
        let mut cells = vec![
            item.id(),
            number.to_owned(),
            category.to_owned(),
            item.value.to_string(),
            item.gross().to_string(),
            item.commission.to_string(),
            item.status.word().to_owned(),
            item.status.id().to_string(),
            item.reject_reason().unwrap_or_default().to_owned(),
            self.zone.plain(item.changed),
            voucher.to_owned(),
            customer_reference(conversion),
            self.camref(conversion),
            item.self_bill().unwrap_or_default(),
        ];
        if self.payment {
            let (asked, released) = match item.payment {
                Payment::Billed { asked, released } => (Some(asked), released),
                _ => (None, None),
            };
            let time = |at: Option<i64>| at.map(|at| self.zone.plain(at)).unwrap_or_default();
            cells.extend([item.payment.word().to_owned(), time(asked), time(released)]);
        }
        let campaign = self.world.campaign(conversion.click.campaign);
        let sent = campaign.map(|campaign| campaign.meta.as_slice()).unwrap_or_default();
        let value = |name| if sent.contains(name) { meta_value(item, name) } else { String::new() };
        cells.extend(self.meta.iter().map(value));
        cells
    }

    fn camref(&self, conversion: &Conversion) -> String {
        let campaign = self.world.campaign(conversion.click.campaign);
        campaign.map(|campaign| campaign.camref.clone()).unwrap_or_default()
    }

    /// Cells with a blank in them stand in quotes, as in the manual.
    fn row(&self, piece: &mut String, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        for (place, cell) in cells.into_iter().enumerate() {
            if place > 0 {
                piece.push(self.delimiter);
            }
            let cell = cell.as_ref();
            if cell.contains([' ', '"', '\n', self.delimiter]) {
                piece.push('"');
                piece.push_str(&cell.replace('"', "\"\""));
                piece.push('"');
            } else {
                piece.push_str(cell);
            }
        }
        piece.push('\n');
    }
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
