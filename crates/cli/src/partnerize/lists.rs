//! `afflux partnerize links`, `campaigns` and `payments`: the partner's things as tables, or row by row as JSON.

use afflux::partnerize::OPERATIONS;
use afflux_core::{
    dynamic::{self, Parameters},
    engine::Engine,
    request::Request,
};
use serde_json::{Map, Value, json};

use super::Account;
use crate::{
    args::partnerize::{Campaigns, Links, Listed, Money, Payments},
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    output::{cell, unwrapped},
    secrets, tables,
};

/// Lists or creates tracking links.
pub(super) async fn links(
    links: &Links,
    account: &Account<'_>,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    match links {
        Links::List(given) => {
            let parameters = json!({ "publisher_id": account.partner(&given.partner)? });
            let columns =
                ["id", "campaign_id", "tracking_short_url", "destination_url", "active", "description"];
            let engine = account.client(given.timeout)?.engine().clone();
            list(&engine, "listLinks", &parameters, &columns, account.console, interrupt).await
        }
        Links::Create(given) => {
            let mut body = Map::from_iter([("campaign_id".to_owned(), json!(given.campaign))]);
            for (name, value) in
                [("destination_url", &given.destination), ("description", &given.description)]
            {
                body.extend(value.as_ref().map(|value| (name.to_owned(), json!(value))));
            }
            let parameters = json!({ "publisher_id": account.partner(&given.partner)?, "body": body });
            let engine = account.client(given.timeout)?.engine().clone();
            one(&engine, "createLink", &parameters, account.console, interrupt).await
        }
    }
}

/// Lists campaigns.
pub(super) async fn campaigns(
    given: &Campaigns,
    account: &Account<'_>,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let parameters = json!({ "publisher_id": account.partner(&given.partner)?, "status": given.status });
    let columns = [
        "campaign_id",
        "title",
        "publisher_status",
        "default_currency",
        "default_commission_rate",
        "vertical_name",
    ];
    let engine = account.client(given.timeout)?.engine().clone();
    list(&engine, "listCampaigns", &parameters, &columns, account.console, interrupt).await
}

/// Shows money.
pub(super) async fn payments(
    given: &Payments,
    account: &Account<'_>,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let parameters = json!({ "publisher_id": account.partner(&given.partner)? });
    let engine = account.client(given.timeout)?.engine().clone();
    match given.money {
        Money::Bills => {
            let columns = [
                "publisher_self_bill_id",
                "creation_date",
                "payment_date",
                "paid_currency",
                "net_value",
                "items_in_bill",
                "status",
            ];
            list(&engine, "listSelfBills", &parameters, &columns, account.console, interrupt).await
        }
        Money::Summary => one(&engine, "getPaymentSummary", &parameters, account.console, interrupt).await,
        Money::Available => {
            one(&engine, "listAvailableCommissions", &parameters, account.console, interrupt).await
        }
    }
}

/// Lists transaction queries.
pub(super) async fn queries(
    given: &Listed,
    account: &Account<'_>,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let parameters = json!({ "publisher_id": account.partner(&given.partner)? });
    let columns = [
        "transaction_query_id",
        "transaction_query_type",
        "current_state",
        "conversion_reference",
        "expected_commission",
        "conversion_currency",
    ];
    let engine = account.client(given.timeout)?.engine().clone();
    list(&engine, "listTransactionQueries", &parameters, &columns, account.console, interrupt).await
}

/// All rows of a listing: as a table with the columns that they have of `columns`, or each as a line of JSON.
async fn list(
    engine: &Engine,
    id: &str,
    parameters: &Value,
    columns: &[&str],
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let request = request(id, parameters)?;
    let operation = request.operation();
    let mut pager = engine.pager(request, None);
    let mut rows = Vec::new();
    while let Some(page) = pager.next_texts().await? {
        for row in page.value.rows() {
            let row = secrets::masked(&unwrapped(operation, row.text()));
            if console.json {
                console.line(row)?;
            } else {
                rows.push(secrets::members(&row).unwrap_or_default());
            }
        }
        interrupt.check()?;
    }
    if console.json {
        return Ok(());
    }
    if rows.is_empty() {
        console.say("there are none");
        return Ok(());
    }
    let has = |column: &&&str| rows.iter().flatten().any(|(name, _)| name == **column);
    let columns: Vec<&str> = columns.iter().filter(has).copied().collect();
    let mut table = tables::plain(&columns);
    for row in &rows {
        table.add_row(columns.iter().map(|column| {
            let found = row.iter().find(|(name, _)| name == column);
            let value = found.map(|(_, value)| cell(value.get())).unwrap_or_default();
            value.chars().filter(|character| !character.is_control()).collect::<String>()
        }));
    }
    console.line(table)
}

/// One answer, as it came.
async fn one(
    engine: &Engine,
    id: &str,
    parameters: &Value,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let raw = engine.execute(request(id, parameters)?).await?;
    console.line(secrets::masked(&String::from_utf8_lossy(raw.body())))?;
    interrupt.check()
}

fn request(id: &str, parameters: &Value) -> Result<Request, Failure> {
    let operation = OPERATIONS.iter().find(|operation| operation.id == id).copied();
    let operation = operation.ok_or_else(|| Failure::usage(format!("partnerize has no operation {id}")))?;
    let parameters =
        Parameters::parse(&parameters.to_string()).map_err(|error| Failure::usage(error.to_string()))?;
    dynamic::request(operation, &parameters, false).map_err(|violations| {
        let texts: Vec<String> = violations.iter().map(ToString::to_string).collect();
        let field = violations.first().map(|violation| violation.field.as_str());
        Failure::validation(format!("partnerize: nothing was sent: {}", texts.join("; ")), field)
    })
}
