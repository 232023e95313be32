//! Prices are converted by the table that is in the file, also after the file has changed.

use parcelgate_proto::v1::Quote;
use tempfile::TempDir;

use crate::requests::{abroad, quote};
use crate::stage::{Stage, YANWEN, until};

fn table(date: &str, yuan: &str) -> String {
    format!("base = \"USD\"\ndate = \"{date}\"\n\n[units]\nCNY = \"{yuan}\"\n")
}

async fn in_dollars(stage: &Stage) -> Quote {
    let mut request = quote(&abroad());
    request.currency = "USD".into();
    request.accounts = vec![YANWEN.to_owned()];
    stage.quote(request).await.unwrap().quotes.remove(0)
}

fn told(quote: &Quote) -> (String, i32) {
    (
        quote.exchange_rate.clone(),
        quote.exchange_date.unwrap().day,
    )
}

#[tokio::test]
async fn the_rate_used_is_told_with_its_day_and_follows_its_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("exchange.toml");
    std::fs::write(&path, table("2026-11-20", "8.00")).unwrap();
    let stage = Stage::with(|config| {
        config.exchange.file.clone_from(&path);
        config.exchange.look_ms = 20;
    })
    .await;
    assert_eq!(told(&in_dollars(&stage).await), ("0.125".to_owned(), 20));

    // A table that cannot be read changes nothing; the next one that can does.
    std::fs::write(&path, "base = \"USD\"\n").unwrap();
    std::fs::write(&path, table("2026-11-23", "6.25")).unwrap();
    until("the table of the 23rd", async || {
        let quote = in_dollars(&stage).await;
        (told(&quote) == ("0.16".to_owned(), 23)).then_some(())
    })
    .await;
    stage.stop().await;
}

#[tokio::test]
async fn a_gateway_does_not_start_on_a_table_that_is_none() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("exchange.toml");
    std::fs::write(&path, table("soon", "8.00")).unwrap();
    let (sandbox, _folder, config) =
        Stage::scenery(parcelgate_sandbox::Settings::default(), |config| {
            config.exchange.file.clone_from(&path);
        })
        .await;
    let refused = parcelgate::app::Gateway::start(config).await.unwrap_err();
    let text = format!("{refused:#}");
    assert!(
        text.contains("exchange.toml") && text.contains("date"),
        "{text}"
    );
    sandbox.stop().await;
}
