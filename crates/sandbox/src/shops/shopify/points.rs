//! What a query costs, and whether there is so much left.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextRequest, NextValidation,
};
use async_graphql::{ErrorExtensionValues, Response, ServerError, ValidationResult, Value, value};
use async_trait::async_trait;
use jiff::Timestamp;

use crate::server::World;

/// How many a store of the standard plan has, and how many come back each second.
const POINTS_MAX: usize = 2_000;
const RESTORED: usize = 100;

/// The points of a store.
#[derive(Default)]
pub(crate) struct Points {
    used: usize,
    at: Option<Timestamp>,
}

impl Points {
    /// How many there are.
    fn left(&mut self, now: Timestamp) -> usize {
        let passed = self.at.map_or(0, |at| now.duration_since(at).as_millis());
        let restored = usize::try_from(passed).unwrap_or(0) * RESTORED / 1_000;
        if restored > 0 || self.at.is_none() {
            self.at = Some(now);
        }
        self.used = self.used.saturating_sub(restored);
        POINTS_MAX.saturating_sub(self.used)
    }

    /// Takes so many, if there are.
    fn take(&mut self, points: usize, now: Timestamp) -> bool {
        let enough = points <= self.left(now);
        self.used += if enough { points } else { 0 };
        enough
    }
}

/// Counts what every query costs.
pub(super) struct Counted;

impl ExtensionFactory for Counted {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Cost(AtomicUsize::new(0)))
    }
}

/// What one query costs.
struct Cost(AtomicUsize);

#[async_trait]
impl Extension for Cost {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let response = next.run(ctx).await;
        let cost = self.0.load(Ordering::Relaxed);
        let refused = response.is_err();
        let Ok(left) = with_points(ctx, Points::left) else {
            return response;
        };
        let actual = if refused { Value::Null } else { cost.into() };
        response.extension(
            "cost",
            value!({
                "requestedQueryCost": cost,
                "actualQueryCost": actual,
                "throttleStatus": {
                    "maximumAvailable": POINTS_MAX,
                    "currentlyAvailable": left,
                    "restoreRate": RESTORED,
                },
            }),
        )
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let found = next.run(ctx).await?;
        self.0.store(found.complexity, Ordering::Relaxed);
        let world = ctx.data::<Arc<World>>();
        let rated = world.is_ok_and(|world| world.settings.shopify.rated);
        let taken = with_points(ctx, |points, now| points.take(found.complexity, now));
        if rated && taken == Ok(false) {
            let mut code = ErrorExtensionValues::default();
            code.set("code", "THROTTLED");
            let mut error = ServerError::new("Throttled", None);
            error.extensions = Some(code);
            return Err(vec![error]);
        }
        Ok(found)
    }
}

fn with_points<T>(
    ctx: &ExtensionContext<'_>,
    look: impl FnOnce(&mut Points, Timestamp) -> T,
) -> Result<T, ()> {
    let world = ctx.data::<Arc<World>>().map_err(|_| ())?;
    let points = &world.shops.shopify.points;
    let mut points = points.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(look(&mut points, world.settings.protocol_clock.now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_thousand_go_at_once_and_a_hundred_a_second_after_that() {
        let mut points = Points::default();
        let at = |millis: i64| Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap();
        let burst = (0..20).filter(|_| points.take(256, at(0)));
        assert_eq!(burst.count(), 7);
        assert_eq!(points.left(at(0)), 2_000 - 7 * 256);
        assert!(!points.take(256, at(400)));
        assert!(points.take(256, at(600)));
        assert_eq!(points.left(at(60_000)), 2_000);
    }
}
