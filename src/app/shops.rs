//! Opens the shops of the configuration, and starts what tells them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use parcelgate_clock::SharedClock;
use parcelgate_shop::Shop;
use parcelgate_wire::{Sharing, Wire};
use tokio::task::JoinHandle;

use super::Ground;
use crate::config::{Config, ShopConfig};
use crate::jobs;
use crate::service::confirm::{Rounds, Watch};
use crate::service::shops::{ShopAccount, Shops};
use crate::shops::SHOPS;

impl Ground {
    /// What tells the shops.
    pub(super) fn confirming(&self) -> Vec<JoinHandle<()>> {
        if self.shops.is_empty() {
            return Vec::new();
        }
        let (config, clock) = (&self.config.confirm, || self.clock.clone());
        let (store, closing) = (|| self.store.clone(), || self.closing.clone());
        let margin = Duration::from_secs(config.margin_s);
        let tick = Duration::from_millis(config.tick_ms);
        let rounds = Rounds::new(self.shops.clone(), store(), clock(), config.clone());
        let rounds = Arc::new(rounds);
        let each = rounds.shops().into_iter().map(|shop| {
            let rounds = Arc::clone(&rounds);
            tokio::spawn(jobs::confirm(store(), rounds, shop, tick, closing()))
        });
        let watch = Watch::new(store(), clock(), margin);
        let watch = tokio::spawn(jobs::watch_orders(store(), watch, closing()));
        each.chain([watch]).collect()
    }
}

/// All shops of the configuration.
///
/// # Errors
/// When two have one name, or one cannot be opened.
pub(super) fn open_all(
    config: &Config,
    clock: &SharedClock,
    sharing: Option<&Sharing>,
) -> anyhow::Result<Arc<Shops>> {
    let mut names = BTreeSet::new();
    if let Some(twice) = config.shops.iter().find(|shop| !names.insert(&shop.id)) {
        anyhow::bail!("there are two shops named {}", twice.id);
    }
    let shops = config.shops.iter();
    let shops = shops.map(|shop| open(shop, clock, sharing));
    Ok(Arc::new(Shops::new(shops.collect::<Result<_, _>>()?)))
}

fn open(
    config: &ShopConfig,
    clock: &SharedClock,
    sharing: Option<&Sharing>,
) -> anyhow::Result<ShopAccount> {
    let known = SHOPS.iter().find(|(id, _)| id.as_str() == config.shop);
    let (_, connect) = known.ok_or_else(|| {
        let known: Vec<&str> = SHOPS.iter().map(|(id, _)| id.as_str()).collect();
        anyhow!(
            "shop {}: {:?} is none of {}",
            config.id,
            config.shop,
            known.join(", ")
        )
    })?;
    let context = || format!("shop {}", config.id);
    let shop: Arc<dyn Shop> = Arc::from(connect(config.settings.clone()).with_context(context)?);
    let (peer, clock) = (<dyn Shop>::peer(&shop), Arc::clone(clock));
    let wire = match sharing {
        None => Wire::open(&config.id, peer, &config.wire, clock),
        Some(sharing) => Wire::open_sharing(&config.id, peer, &config.wire, clock, sharing),
    };
    Ok(ShopAccount {
        shop,
        wire: wire.with_context(context)?,
        policy: config.clone(),
    })
}
