//! `parcelgate ledger`: what purchases cost, from the gateway's own database.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use parcelgate_domain::AccountId;
use serde_json::json;

use super::out::{self, Out};
use super::{FAILED, invoices, parse};
use crate::app;
use crate::config::Config;
use crate::service::ledger::{Books, Check, Row, Sheet, Which, WrongSum};
use crate::service::main_tenant;

/// What purchases cost, by account and currency, from the gateway's own database
#[derive(Debug, Args)]
#[command(
    after_help = "Run it beside the gateway, with the same configuration.\n\nExamples:\n  \
    parcelgate ledger --account ups-ohio --since 2026-12-01\n  parcelgate ledger --check\n  \
    parcelgate ledger import november.csv --account ups-ohio"
)]
pub(crate) struct LedgerArgs {
    /// The gateway's configuration, a TOML file.
    #[arg(long, env = "PARCELGATE_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Only purchases made with this account.
    #[arg(long, value_name = "ACCOUNT", global = true)]
    account: Option<AccountId>,
    /// Only purchases accepted on this day (UTC) or later.
    #[arg(long, value_name = "DAY", value_parser = parse::day, conflicts_with = "check")]
    since: Option<Date>,
    /// Prove that every entry sums to zero, that every purchase that was bought is posted once, and
    /// that nothing is reserved for one that is over; fail and say for which shipment when not.
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    Import(Box<invoices::ImportArgs>),
}

/// Runs it.
///
/// # Errors
/// When the database cannot be opened or read.
pub(crate) async fn run(args: LedgerArgs, out: &mut Out) -> anyhow::Result<ExitCode> {
    let config =
        Config::load(args.config.as_deref()).context("the configuration cannot be used")?;
    let store = app::open_store(&config.store).await?;
    let books = Books::new(store.clone());
    let done = match &args.what {
        Some(What::Import(import)) => {
            let account = args.account.as_ref();
            invoices::run(import, account, &config, store.clone(), out).await
        }
        None => obey(&args, &books, out).await,
    };
    store.close().await;
    done
}

async fn obey(args: &LedgerArgs, books: &Books, out: &mut Out) -> anyhow::Result<ExitCode> {
    let since = args.since.map(|day| day.to_zoned(TimeZone::UTC));
    let which = Which {
        account: args.account.clone(),
        since: since.transpose()?.map(|midnight| midnight.timestamp()),
    };
    let tenant = main_tenant();
    if args.check {
        let right = tell_check(&books.check(&tenant, &which).await?, out)?;
        let code = if right { 0 } else { FAILED };
        return Ok(ExitCode::from(code));
    }
    tell_sheet(&books.sheet(&tenant, &which).await?, out)?;
    Ok(ExitCode::SUCCESS)
}

/// How many purchases without a price are named to people.
const NAMED_MAX: usize = 20;

fn tell_sheet(sheet: &Sheet, out: &mut Out) -> std::io::Result<()> {
    let unpriced: Vec<&str> = sheet.unpriced.iter().map(|id| id.as_str()).collect();
    out.data(&json!({
        "rows": sheet.rows.iter().map(data).collect::<Vec<_>>(),
        "unpriced": unpriced,
    }))?;
    let header = [
        "account",
        "currency",
        "reserved",
        "spent",
        "reversed",
        "net",
        "purchases",
        "unpriced",
    ];
    let mut table = out::table(header);
    for row in &sheet.rows {
        let mut cells = vec![
            row.account.to_string().into(),
            row.currency
                .map_or_else(|| "none".to_owned(), |currency| currency.to_string())
                .into(),
        ];
        cells.extend(amounts(row).map(|(_, amount)| out::number(amount.unwrap_or_default())));
        cells.extend([row.purchases, row.unpriced].map(out::number));
        table.add_row(cells);
    }
    out.table(table)?;
    if !unpriced.is_empty() {
        let named: Vec<&str> = unpriced.iter().copied().take(NAMED_MAX).collect();
        let more = unpriced.len().saturating_sub(named.len());
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        out.say(format!("Without a price: {}{more}", named.join(", ")))?;
    }
    Ok(())
}

/// The amounts of a row, each under its name.
fn amounts(row: &Row) -> [(&'static str, Option<String>); 4] {
    let amounts = [
        ("reserved", row.reserved),
        ("spent", row.spent),
        ("reversed", row.reversed),
        ("net", row.net()),
    ];
    amounts.map(|(name, minor)| (name, row.money(minor).map(|money| money.to_decimal())))
}

fn data(row: &Row) -> serde_json::Value {
    let mut data = json!({
        "account": row.account.as_str(),
        "currency": row.currency.map(|currency| currency.to_string()),
        "purchases": row.purchases,
        "unpriced": row.unpriced,
    });
    for (name, amount) in amounts(row) {
        if let Some(map) = data.as_object_mut() {
            map.insert(name.to_owned(), json!(amount));
        }
    }
    data
}

fn told_sum(sum: &WrongSum) -> String {
    let WrongSum {
        key,
        day,
        kept,
        due,
    } = sum;
    format!("API key {key}, {day}: the limit is held against {kept} where it should be {due}")
}

/// Says what was found; whether it is right.
fn tell_check(check: &Check, out: &mut Out) -> std::io::Result<bool> {
    let findings = check.findings.iter().map(|finding| {
        let wrong: Vec<String> = finding.wrong.iter().map(ToString::to_string).collect();
        json!({ "shipment": finding.shipment.as_str(), "wrong": wrong })
    });
    out.data(&json!({
        "purchases": check.purchases,
        "entries": check.entries,
        "wrong": check.wrong,
        "findings": findings.collect::<Vec<_>>(),
        "recounted": check.recounted,
        "sums": check.sums.iter().map(told_sum).collect::<Vec<_>>(),
    }))?;
    for finding in &check.findings {
        for wrong in &finding.wrong {
            let shipment = &finding.shipment;
            out.say(format!("shipments/{shipment}: {wrong}"))?;
        }
    }
    let (purchases, entries) = (check.purchases, check.entries);
    let looked = format!("{purchases} purchases, {entries} entries");
    for sum in &check.sums {
        out.say(told_sum(sum))?;
    }
    let unnamed = usize::try_from(check.wrong).unwrap_or(usize::MAX);
    let unnamed = unnamed.saturating_sub(check.findings.len());
    if unnamed > 0 {
        out.say(format!("and {unnamed} more purchases that are not named"))?;
    }
    let right = check.wrong == 0 && check.sums.is_empty();
    if right {
        out.say(format!(
            "{looked}: every entry sums to zero, none is missing"
        ))?;
    } else {
        let (many, sums) = (check.wrong, check.sums.len());
        out.say(format!(
            "{looked}: {many} purchases and {sums} sums of limits are wrong"
        ))?;
    }
    if let Some(why) = check.recounted.why_not() {
        out.say(format!(
            "What limits are held against was not recounted: {why}"
        ))?;
    }
    Ok(right)
}

#[cfg(test)]
mod tests {
    use parcelgate_store::Wrong;

    use super::*;
    use crate::cli::out::Format;
    use crate::service::ledger::Finding;

    #[test]
    fn a_check_that_finds_something_fails() {
        let mut out = Out::stdout(Format::Json);
        let mut check = Check::default();
        assert!(tell_check(&check, &mut out).unwrap());
        check.wrong = 1_001;
        check.findings.push(Finding {
            shipment: "shipment-1".parse().unwrap(),
            wrong: vec![Wrong::NoEntry],
        });
        assert!(!tell_check(&check, &mut out).unwrap());
    }
}
