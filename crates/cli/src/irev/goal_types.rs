//! `afflux irev goal-types`.

use afflux::irev::Client;
use afflux_core::decode::Kept;

use crate::{console::Console, failure::Failure, interrupt::Interrupt, tables};

/// Lists them.
pub(crate) async fn run(client: &Client, console: Console, interrupt: &Interrupt) -> Result<(), Failure> {
    let rows = client.goal_types().await?;
    if console.json {
        let texts: Vec<&str> = rows.iter().map(Kept::text).collect();
        console.line(format!("[{}]", texts.join(",")))?;
        return interrupt.check();
    }
    let mut table = tables::plain(&["uuid", "name"]);
    for row in &rows {
        let value = |name: &str| row.extra(name).unwrap_or_else(|| "-".to_owned());
        table.add_row([value("uuid"), value("name")]);
    }
    console.line(table.trim_fmt())?;
    interrupt.check()
}
