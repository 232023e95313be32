//! `parcelgate ledger import`: what carriers invoice, held against what was bought.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use comfy_table::Cell;
use parcelgate_clock::System;
use parcelgate_domain::{AccountId, Money};
use parcelgate_store::Store;
use serde_json::{Value, json};

use super::out::{self, Out};
use crate::config::Config;
use crate::seal::Seal;
use crate::service::invoices::form::{Field, Form};
use crate::service::invoices::read::{Bad, Read, read};
use crate::service::invoices::{Difference, Invoices, Listed, Report};
use crate::service::main_tenant;

/// How large a file may be, in bytes.
const BYTES_MAX: u64 = 64 << 20;
/// How many of a kind are named to people.
const NAMED_MAX: usize = 20;
/// How many bad lines are named.
const BAD_MAX: usize = 100;

/// Take in a carrier's invoice (CSV) and match its lines to purchases
#[derive(Debug, Args)]
#[command(
    after_help = "Its header is invoice,date,line,tracking,carrier_number,reference,kind,amount,\
    currency unless --columns or --form say otherwise; line, kind and all but one of the numbers \
    may be missing. What is imported already changes nothing. The gateway may run meanwhile.\n\n\
    Examples:\n  parcelgate ledger import november.csv --account ups-ohio\n  \
    parcelgate ledger import bill.csv --account dhl-koeln --form dhl.toml --currency EUR\n  \
    parcelgate ledger import bill.csv --account ups-ohio \\\n    \
    --columns \"tracking=Tracking Number,amount=Net Charge\" --date-format %m/%d/%Y"
)]
pub(super) struct ImportArgs {
    /// The invoice.
    file: PathBuf,
    /// The carrier's names of the columns: field=Column,field=Column.
    #[arg(long, value_name = "MAP")]
    columns: Option<String>,
    /// A TOML file that says how this carrier writes its invoices.
    #[arg(long, value_name = "FILE")]
    form: Option<PathBuf>,
    /// The number of the invoice, where no column says it.
    #[arg(long, value_name = "NUMBER")]
    invoice: Option<String>,
    /// The day of the invoice, where no column says it; written as the others.
    #[arg(long, value_name = "DAY")]
    date: Option<String>,
    /// The currency of the amounts, where no column says it.
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// How days are written, in the signs of strftime; %Y-%m-%d when left out.
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<String>,
    /// Amounts are written 1.234,50 and not 1,234.50.
    #[arg(long)]
    decimal_comma: bool,
    /// What stands between two columns: a sign, or tab.
    #[arg(long, value_name = "SIGN")]
    delimiter: Option<String>,
    /// Import the lines that can be read, and tell of the others.
    #[arg(long)]
    skip_bad: bool,
}

/// Runs it.
///
/// # Errors
/// When the file cannot be read, a line of it cannot stand, or the store fails.
pub(super) async fn run(
    args: &ImportArgs,
    account: Option<&AccountId>,
    config: &Config,
    store: Arc<dyn Store>,
    out: &mut Out,
) -> anyhow::Result<ExitCode> {
    let Some(account) = account else {
        bail!("say which account the carrier charges, with --account");
    };
    ensure!(
        config.accounts.is_empty() || config.accounts.iter().any(|own| own.id == *account),
        "there is no account {account} in the configuration"
    );
    let given = take(args, account)?;
    if !given.bad.is_empty() && !args.skip_bad {
        bail!("{}", told_bad(&given.bad));
    }
    let key = config.store.key();
    let seal = key.exists().then(|| Seal::from_file(&key)).transpose()?;
    let invoices = Invoices {
        store,
        seal,
        clock: Arc::new(System),
        late_watch_s: config.purchase.late_watch_s.clone(),
    };
    let report = invoices.import(&main_tenant(), account, given.lines).await;
    tell(&report?, &given.bad, out)?;
    Ok(ExitCode::SUCCESS)
}

fn take(args: &ImportArgs, account: &AccountId) -> anyhow::Result<Read> {
    let mut form = match &args.form {
        Some(path) => Form::from_file(path)?,
        None => Form::default(),
    };
    if let Some(columns) = &args.columns {
        form.name_columns(columns)?;
    }
    let values = [
        (Field::Invoice, &args.invoice),
        (Field::Date, &args.date),
        (Field::Currency, &args.currency),
    ];
    for (field, value) in values {
        if let Some(value) = value {
            form.values.insert(field, value.clone());
        }
    }
    if let Some(date_format) = &args.date_format {
        form.date_format.clone_from(date_format);
    }
    form.decimal_comma |= args.decimal_comma;
    if let Some(delimiter) = &args.delimiter {
        form.delimit(delimiter)?;
    }
    let shown = args.file.display();
    let bytes = std::fs::metadata(&args.file)
        .with_context(|| format!("{shown} cannot be read"))?
        .len();
    let max = BYTES_MAX >> 20;
    ensure!(
        bytes <= BYTES_MAX,
        "{shown} is larger than {max} MiB; import it in parts, each invoice whole"
    );
    let bytes = std::fs::read(&args.file).with_context(|| format!("{shown} cannot be read"))?;
    Ok(read(&bytes, &form, account))
}

fn told_bad(bad: &[Bad]) -> String {
    let many = bad.len();
    let lines: Vec<String> = bad.iter().take(BAD_MAX).map(ToString::to_string).collect();
    let more = many.saturating_sub(lines.len());
    let more = if more > 0 {
        format!("\n  and {more} more")
    } else {
        String::new()
    };
    let lines = lines.join("\n  ");
    format!(
        "{many} things in the file cannot be read, so nothing was imported:\n  {lines}{more}\n  \
         next: mend them, name the columns with --columns, or leave such lines out with --skip-bad"
    )
}

fn texts(amounts: &[Money]) -> Vec<String> {
    amounts.iter().map(ToString::to_string).collect()
}

fn joined(amounts: &[Money]) -> String {
    let texts = texts(amounts);
    if texts.is_empty() {
        "nothing".to_owned()
    } else {
        texts.join(", ")
    }
}

fn tell(report: &Report, bad: &[Bad], out: &mut Out) -> std::io::Result<()> {
    out.data(&data(report, bad))?;
    if !bad.is_empty() {
        let lines: Vec<String> = bad
            .iter()
            .take(NAMED_MAX)
            .map(ToString::to_string)
            .collect();
        let lines = lines.join("\n  ");
        out.say(format!("{} things left out:\n  {lines}", bad.len()))?;
    }
    let (lines, fresh) = (report.lines, report.fresh);
    let charged = joined(&report.charged);
    out.say(format!("{lines} lines, {fresh} of them new: {charged}"))?;
    let rows = [
        ("matched lines", report.matched),
        ("purchases invoiced", report.purchases),
        ("differences", report.differences.count),
        ("orphans", report.orphans.count),
        ("charged though not bought", report.late.count),
        ("charged after void", report.after_void.count),
        ("charged twice", report.twice.count),
        ("in doubt", report.in_doubt.count),
        ("not invoiced", report.not_invoiced.count),
    ];
    let mut table = out::table(["found", "how many"]);
    for (name, count) in rows {
        table.add_row([Cell::new(name), out::number(count)]);
    }
    out.table(table)?;
    tell_each(report, out)
}

/// Names what there is something to do about.
fn tell_each(report: &Report, out: &mut Out) -> std::io::Result<()> {
    let difference = |one: &Difference| {
        let bought = one
            .bought
            .map_or_else(|| "no price".to_owned(), |money| money.to_string());
        let (id, state) = (&one.shipment, one.state.name());
        let invoiced = joined(&one.invoiced);
        format!("shipments/{id} ({state}): bought at {bought}, invoiced {invoiced}")
    };
    name(
        out,
        "Invoiced otherwise than bought",
        &report.differences,
        difference,
    )?;
    name(
        out,
        "Orphans, charges for what nobody bought here",
        &report.orphans,
        |one| {
            let number = one.number.as_deref().unwrap_or("no number");
            let (at, kind, amount, why) = (one.at, &one.kind, one.amount, one.why.text());
            format!("line {at}: {number}, {kind}, {amount}: {why}")
        },
    )?;
    name(out, "Charged for though not bought", &report.late, |one| {
        let (id, state, became) = (&one.shipment, one.state.name(), one.became.text());
        let invoiced = joined(&one.invoiced);
        format!("shipments/{id} was {state}, invoiced {invoiced}; it {became}")
    })?;
    name(
        out,
        "Charged for though voided",
        &report.after_void,
        difference,
    )?;
    name(out, "Charged for more than once", &report.twice, |one| {
        let number = one.number.as_deref().unwrap_or("no number");
        let (id, kind) = (&one.shipment, &one.kind);
        format!(
            "shipments/{id}: {kind} for {number}, on {}",
            one.invoices.join(", ")
        )
    })?;
    let doubtful = "In doubt; import again when it is known whether they were bought";
    name(out, doubtful, &report.in_doubt, difference)?;
    name(
        out,
        "Bought in that time and not invoiced",
        &report.not_invoiced,
        |one| {
            let bought = one
                .bought
                .map_or_else(|| "no price".to_owned(), |money| money.to_string());
            let (id, state, at) = (&one.shipment, one.state.name(), one.accepted_at);
            format!("shipments/{id} ({state}), accepted {at}: {bought}")
        },
    )
}

fn name<T>(
    out: &mut Out,
    title: &str,
    listed: &Listed<T>,
    told: impl Fn(&T) -> String,
) -> std::io::Result<()> {
    if listed.count == 0 {
        return Ok(());
    }
    out.say(format!("\n{title}:"))?;
    let named = listed.first.iter().take(NAMED_MAX);
    let shown = u64::try_from(named.len()).unwrap_or(u64::MAX);
    for one in named {
        out.say(format!("  {}", told(one)))?;
    }
    let more = listed.count.saturating_sub(shown);
    if more > 0 {
        out.say(format!("  and {more} more; --output json names 1,000"))?;
    }
    Ok(())
}

fn listed<T>(listed: &Listed<T>, data: impl Fn(&T) -> Value) -> Value {
    let first: Vec<Value> = listed.first.iter().map(data).collect();
    json!({ "count": listed.count, "first": first })
}

fn data(report: &Report, bad: &[Bad]) -> Value {
    let difference = |one: &Difference| {
        json!({
            "shipment": one.shipment.as_str(),
            "state": one.state.name(),
            "bought": one.bought.map(|money| money.to_string()),
            "invoiced": texts(&one.invoiced),
        })
    };
    json!({
        "lines": report.lines,
        "new": report.fresh,
        "matched": report.matched,
        "purchases": report.purchases,
        "charged": texts(&report.charged),
        "orphaned": texts(&report.orphaned),
        "left_out": bad.iter().take(BAD_MAX).map(ToString::to_string).collect::<Vec<_>>(),
        "left_out_count": bad.len(),
        "differences": listed(&report.differences, difference),
        "orphans": listed(&report.orphans, |one| json!({
            "line": one.at,
            "invoice": one.invoice,
            "number": one.number,
            "kind": one.kind,
            "amount": one.amount.to_string(),
            "why": one.why.text(),
        })),
        "charged_though_not_bought": listed(&report.late, |one| json!({
            "shipment": one.shipment.as_str(),
            "was": one.state.name(),
            "invoiced": texts(&one.invoiced),
            "became": one.became.text(),
        })),
        "charged_after_void": listed(&report.after_void, difference),
        "charged_twice": listed(&report.twice, |one| json!({
            "shipment": one.shipment.as_str(),
            "kind": one.kind,
            "number": one.number,
            "invoices": one.invoices,
        })),
        "in_doubt": listed(&report.in_doubt, difference),
        "not_invoiced": listed(&report.not_invoiced, |one| json!({
            "shipment": one.shipment.as_str(),
            "state": one.state.name(),
            "accepted_at": one.accepted_at.to_string(),
            "bought": one.bought.map(|money| money.to_string()),
        })),
    })
}
