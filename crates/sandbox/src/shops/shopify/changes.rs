//! What a seller says: that a package left, by which number, and what happened to it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use jiff::Timestamp;
use serde_json::json;

use super::orders::Fulfillment;
use super::{gid, number_in};
use crate::server::World;
use crate::shops::Shop;
use crate::shops::book::{Order, Package, ShopItem};

/// The root of all changes.
pub(super) struct Changes;

/// Ten for what is changed, with what is asked of it afterwards.
const fn ten(child_complexity: usize) -> usize {
    10 + child_complexity
}

#[derive(InputObject)]
struct FulfillmentInput {
    line_items_by_fulfillment_order: Vec<FulfillmentOrderLineItemsInput>,
    tracking_info: Option<FulfillmentTrackingInput>,
    /// Nobody is written to from here.
    notify_customer: Option<bool>,
}

#[derive(InputObject)]
struct FulfillmentOrderLineItemsInput {
    fulfillment_order_id: ID,
    fulfillment_order_line_items: Option<Vec<FulfillmentOrderLineItemInput>>,
}

#[derive(InputObject)]
struct FulfillmentOrderLineItemInput {
    id: ID,
    quantity: i32,
}

#[derive(InputObject)]
struct FulfillmentTrackingInput {
    company: Option<String>,
    number: Option<String>,
}

#[derive(InputObject)]
struct FulfillmentEventInput {
    fulfillment_id: ID,
    status: FulfillmentEventStatus,
    /// A `DateTime` of ISO 8601.
    happened_at: Option<DateTime>,
    city: Option<String>,
    country: Option<String>,
    message: Option<String>,
}

async_graphql::scalar!(DateTime);

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
struct DateTime(Timestamp);

#[derive(Clone, Copy, PartialEq, Eq, Enum, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum FulfillmentEventStatus {
    AttemptedDelivery,
    CarrierPickedUp,
    Confirmed,
    Delayed,
    Delivered,
    Failure,
    InTransit,
    LabelPrinted,
    LabelPurchased,
    OutForDelivery,
    ReadyForPickup,
}

#[derive(SimpleObject)]
struct UserError {
    #[graphql(complexity = 0)]
    field: Vec<String>,
    #[graphql(complexity = 0)]
    message: String,
}

/// What is wrong with what was said, and where.
type Refusal = (&'static [&'static str], String);

fn told<T>(outcome: Result<T, Refusal>) -> (Option<T>, Vec<UserError>) {
    match outcome {
        Ok(done) => (Some(done), Vec::new()),
        Err((field, message)) => {
            let field = field.iter().map(|part| (*part).to_owned()).collect();
            (None, vec![UserError { field, message }])
        }
    }
}

#[derive(SimpleObject)]
struct FulfillmentPayload {
    #[graphql(complexity = "1 + child_complexity")]
    fulfillment: Option<Fulfillment>,
    #[graphql(complexity = "1 + child_complexity")]
    user_errors: Vec<UserError>,
}

impl FulfillmentPayload {
    fn of(outcome: Result<Package, Refusal>) -> Self {
        let (package, user_errors) = told(outcome);
        Self {
            fulfillment: package.map(Fulfillment),
            user_errors,
        }
    }
}

#[derive(SimpleObject)]
struct FulfillmentEvent {
    #[graphql(complexity = 0)]
    id: ID,
    #[graphql(complexity = 0)]
    status: FulfillmentEventStatus,
}

#[derive(SimpleObject)]
struct FulfillmentEventCreatePayload {
    #[graphql(complexity = "1 + child_complexity")]
    fulfillment_event: Option<FulfillmentEvent>,
    #[graphql(complexity = "1 + child_complexity")]
    user_errors: Vec<UserError>,
}

#[Object(name = "Mutation")]
impl Changes {
    /// A package of an order left.
    #[graphql(complexity = "ten(child_complexity)")]
    async fn fulfillment_create(
        &self,
        ctx: &Context<'_>,
        fulfillment: FulfillmentInput,
    ) -> async_graphql::Result<FulfillmentPayload> {
        let world = ctx.data::<Arc<World>>()?;
        Ok(FulfillmentPayload::of(create(world, &fulfillment)))
    }

    /// It goes by another number.
    #[graphql(complexity = "ten(child_complexity)")]
    async fn fulfillment_tracking_info_update(
        &self,
        ctx: &Context<'_>,
        fulfillment_id: ID,
        tracking_info_input: FulfillmentTrackingInput,
        notify_customer: Option<bool>,
    ) -> async_graphql::Result<FulfillmentPayload> {
        let _ = notify_customer; // nobody is written to from here
        let world = ctx.data::<Arc<World>>()?;
        let changed = with_package(world, &fulfillment_id, |package| {
            let tracking = &tracking_info_input;
            package.carrier = tracking.company.clone().unwrap_or_default();
            package.number = tracking.number.clone().unwrap_or_default();
            package.told += 1;
            package.clone()
        });
        Ok(FulfillmentPayload::of(changed))
    }

    /// Something happened to it.
    #[graphql(complexity = "ten(child_complexity)")]
    async fn fulfillment_event_create(
        &self,
        ctx: &Context<'_>,
        fulfillment_event: FulfillmentEventInput,
    ) -> async_graphql::Result<FulfillmentEventCreatePayload> {
        let world = ctx.data::<Arc<World>>()?;
        let event = fulfillment_event;
        let told_of = json!({
            "status": event.status,
            "happenedAt": event.happened_at.map(|at| at.0),
            "city": event.city,
            "country": event.country,
            "message": event.message,
        });
        let done = with_package(world, &event.fulfillment_id, |package| {
            package.events.push(told_of);
        });
        let (done, user_errors) = told(done);
        let fulfillment_event = done.map(|()| FulfillmentEvent {
            id: gid("FulfillmentEvent", &next(world)),
            status: event.status,
        });
        Ok(FulfillmentEventCreatePayload {
            fulfillment_event,
            user_errors,
        })
    }
}

/// The next number that nothing has yet.
fn next(world: &World) -> String {
    let before = world.shops.shopify.named.fetch_add(1, Ordering::Relaxed);
    (1_000_000_001 + before).to_string()
}

fn create(world: &World, fulfillment: &FulfillmentInput) -> Result<Package, Refusal> {
    let missing = |text: &str| (&["fulfillment"][..], text.to_owned());
    let [part] = fulfillment.line_items_by_fulfillment_order.as_slice() else {
        return Err(missing("One fulfillment order must be given"));
    };
    let number = number_in("FulfillmentOrder", &part.fulfillment_order_id);
    let mut orders = world.shops.book.orders();
    let order = number.and_then(|number| orders.get(Shop::Shopify, number));
    let order = order.ok_or_else(|| missing("Fulfillment order does not exist."))?;
    let items = items(order, part.fulfillment_order_line_items.as_deref())?;
    let tracking = fulfillment.tracking_info.as_ref();
    let package = Package {
        key: next(world),
        carrier: tracking
            .and_then(|it| it.company.clone())
            .unwrap_or_default(),
        number: tracking
            .and_then(|it| it.number.clone())
            .unwrap_or_default(),
        shipped: world.settings.protocol_clock.now().to_string(),
        items,
        ..Package::default()
    };
    order.tell(package.clone());
    Ok(package)
}

/// The lines of a package: all that is left, when none is named.
fn items(
    order: &Order,
    named: Option<&[FulfillmentOrderLineItemInput]>,
) -> Result<Vec<ShopItem>, Refusal> {
    let wrong = |text: &str| (&["fulfillment"][..], text.to_owned());
    let all = || {
        let lines = order.placed.items.iter();
        let left = lines.map(|line| ShopItem {
            id: line.id.clone(),
            quantity: order.left(&line.id, "").unwrap_or(0),
        });
        left.filter(|line| line.quantity > 0).collect::<Vec<_>>()
    };
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        let all = all();
        return match all.is_empty() {
            true => Err(wrong("The fulfillment order is not in an open state.")),
            false => Ok(all),
        };
    };
    let item = |line: &FulfillmentOrderLineItemInput| {
        let id = number_in("FulfillmentOrderLineItem", &line.id);
        let quantity = u32::try_from(line.quantity).unwrap_or(0);
        let left = id.and_then(|id| order.left(id, ""));
        match (id, left) {
            (Some(id), Some(left)) if (1..=left).contains(&quantity) => Ok(ShopItem {
                id: id.to_owned(),
                quantity,
            }),
            _ => Err(wrong(
                "Invalid fulfillment order line item quantity requested.",
            )),
        }
    };
    named.iter().map(item).collect()
}

fn with_package<T>(
    world: &World,
    fulfillment: &str,
    change: impl FnOnce(&mut Package) -> T,
) -> Result<T, Refusal> {
    let mut orders = world.shops.book.orders();
    let key = number_in("Fulfillment", fulfillment);
    let mut packages = orders.packages(Shop::Shopify);
    let package = key.and_then(|key| packages.find(|package| package.key == key));
    match package {
        Some(package) => Ok(change(package)),
        None => Err((&["fulfillmentId"], "Fulfillment does not exist.".to_owned())),
    }
}
