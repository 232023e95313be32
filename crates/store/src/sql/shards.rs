//! Which gateway looks after which shards of the trackers.

use std::collections::BTreeSet;

use serde_json::json;

use super::cells::{Cells, micros};
use super::connection::Connection;
use super::group::ForShards;
use super::statement::{self, Statement};
use crate::records::Shard;
use crate::rules::deal;
use crate::{Result, ShardLease};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[ALL, EPOCHS, SAVE, SEE, LEAVE, TAKERS];

const ALL: &str = "SELECT * FROM shard_lease ORDER BY shard";

const EPOCHS: &str = "
    SELECT s.shard, s.epoch FROM json_each($1) AS w
    JOIN shard_lease AS s ON s.shard = CAST(w.value->>0 AS BIGINT)";

const SAVE: &str = "
    INSERT INTO shard_lease (shard, owner, epoch, lease_until)
    SELECT CAST(value->>0 AS BIGINT), value->>1, CAST(value->>2 AS BIGINT),
           CAST(value->>3 AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (shard) DO UPDATE SET
        owner = excluded.owner, epoch = excluded.epoch, lease_until = excluded.lease_until";

const SEE: &str = "
    INSERT INTO shard_taker (owner, seen_until) VALUES ($1, $2)
    ON CONFLICT (owner) DO UPDATE SET seen_until = excluded.seen_until";

const LEAVE: &str = "DELETE FROM shard_taker WHERE seen_until <= $1 OR owner = $2";

const TAKERS: &str = "SELECT count(*) AS many FROM shard_taker";

/// Deals a gateway its part.
pub(super) async fn deal_to(on: &mut Connection, wanted: &ForShards) -> Result<Vec<ShardLease>> {
    let ForShards { owner, claim } = wanted;
    let (now, until) = (micros(claim.now), micros(claim.lease_until));
    statement::run(on, Statement::of(LEAVE).int(now).text(owner)).await?;
    if claim.limit > 0 {
        statement::run(on, Statement::of(SEE).text(owner).int(until)).await?;
    }
    let takers = statement::one(&mut *on, Statement::of(TAKERS), |row| row.number("many"));
    let takers: usize = takers.await?.unwrap_or(0);
    let kept = statement::all(&mut *on, Statement::of(ALL), read).await?;
    let most = usize::try_from(claim.limit).unwrap_or(usize::MAX);
    let dealt = deal(kept, owner, takers, most, (now, until));
    let row = |shard: &Shard| json!([shard.shard, shard.owner, shard.epoch, shard.lease_until]);
    statement::write(on, SAVE, dealt.changed.iter().map(row).collect()).await?;
    let lease = |shard: &Shard| ShardLease {
        shard: shard.shard,
        epoch: shard.epoch,
    };
    Ok(dealt.held.iter().map(lease).collect())
}

/// The epochs of these.
pub(super) async fn load(on: &mut Connection, wanted: &BTreeSet<u8>) -> Result<Vec<ShardLease>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<_> = wanted.iter().map(|shard| [shard]).collect();
    let read = |row: &Cells<'_>| {
        Ok(ShardLease {
            shard: row.number("shard")?,
            epoch: row.int("epoch")?,
        })
    };
    statement::all(on, Statement::of(EPOCHS).json(&wanted)?, read).await
}

fn read(row: &Cells<'_>) -> Result<Shard> {
    Ok(Shard {
        shard: row.number("shard")?,
        owner: row.maybe_text("owner")?,
        epoch: row.int("epoch")?,
        lease_until: row.int("lease_until")?,
    })
}
