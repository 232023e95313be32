//! The script does what the model does.

use std::fmt::Write as _;

use fastrand::Rng;
use redis::aio::MultiplexedConnection;
use redis::{Client, Script, Value};
use serde_json::{Value as Json, json};

use super::model::Model;
use super::server::Server;

/// As it is run, but by a clock that the caller sets.
fn by_set_clock() -> Script {
    let script = include_str!("../../src/pool.lua");
    let read = "redis.call('TIME')";
    assert!(script.contains(read));
    Script::new(&script.replace(read, "{ 0, ARGV[2] }"))
}

async fn returned(script: &Script, redis: &mut MultiplexedConnection, ask: &str, now: u64) -> Json {
    let mut call = script.key("{one}");
    let value: Value = call.arg(ask).arg(now).invoke_async(redis).await.unwrap();
    plain(&value)
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Int(number) => json!(number),
        Value::BulkString(text) => json!(String::from_utf8_lossy(text)),
        Value::SimpleString(text) => json!(text),
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::Nil | Value::Okay | Value::Map(_) | Value::Double(_) | Value::Set(_) | _ => {
            panic!("{value:?}")
        }
    }
}

/// The pauses come in any order.
fn in_order(mut reply: Json) -> Json {
    if let Some(pauses) = reply.get_mut(7).and_then(Json::as_array_mut) {
        pauses.sort_by_key(Json::to_string);
    }
    reply
}

pub(super) async fn the_script_does_what_the_model_does() {
    let server = Server::start().await;
    let client = Client::open(server.url()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let script = by_set_clock();
    for seed in 0..40 {
        redis::cmd("FLUSHALL").exec_async(&mut redis).await.unwrap();
        let mut day = Day::new(seed);
        let mut model = Model::default();
        let mut story = String::new();
        for _ in 0..150 {
            if day.rng.u8(0..40) == 0 {
                redis::cmd("FLUSHALL").exec_async(&mut redis).await.unwrap();
                model.forget();
            }
            let (ask, now) = day.ask();
            let ask = ask.to_string();
            let by_script = in_order(returned(&script, &mut redis, &ask, now).await);
            let by_model = in_order(model.exchange(&ask, now));
            writeln!(story, "{now} {ask}\n  {by_script}").unwrap();
            assert_eq!(by_script, by_model, "seed {seed}\n{story}");
            day.told(&by_script);
        }
    }
}

/// What three gateways ask for, at random.
struct Day {
    rng: Rng,
    now: u64,
    calls: u64,
    epoch: Json,
    seen: Json,
    seats: Vec<(u64, u64, u64)>,
}

impl Day {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let quota = |rng: &mut Rng| {
            let seat = rng.u64(0..4);
            (rng.u64(3..3_000_000), rng.u64(1..12), seat)
        };
        Self {
            seats: (0..rng.usize(0..3)).map(|_| quota(&mut rng)).collect(),
            now: 1_790_000_000_000_000,
            calls: 0,
            epoch: json!(""),
            seen: json!(0),
            rng,
        }
    }

    fn ask(&mut self) -> (Json, u64) {
        let rng = &mut self.rng;
        let passed = [0, 200, 20_000, 400_000, 4_000_000];
        let passed = passed[rng.usize(0..passed.len())];
        self.now += rng.u64(0..=passed);
        if rng.u8(0..60) == 0 {
            self.now -= rng.u64(0..2_000_000);
        }
        self.calls += rng.u64(0..3).min(1);
        let part = |rng: &mut Rng, (permit, pool, seat): (u64, u64, u64)| {
            let held = rng.u64(0..=seat);
            json!({"permit": permit, "pool": pool, "seat": seat, "held": held,
                "back": rng.u64(0..3)})
        };
        let quotas: Vec<Json> = self.seats.iter().map(|seat| part(rng, *seat)).collect();
        let claim = |rng: &mut Rng| {
            let min = rng.u64(1..4);
            let mut of = Vec::new();
            for (quota, (_, pool, seat)) in self.seats.iter().enumerate() {
                let kept = (rng.u64(0..=*seat), rng.u64(0..*pool));
                if rng.bool() {
                    of.push(json!({"quota": quota, "seat": kept.0, "pool": kept.1}));
                }
            }
            json!({"front": rng.bool(), "min": min, "max": min + rng.u64(0..5), "of": of})
        };
        let mut claims: Vec<Json> = (0..rng.usize(0..4)).map(|_| claim(rng)).collect();
        claims.retain(|claim| claim["of"] != json!([]));
        claims.sort_by_key(|claim| claim["front"] == json!(false));
        let pause = json!({"class": "track", "lane": rng.u64(0..3), "us": rng.u64(1..2_000_000)});
        let ask = json!({
            "described": if rng.u8(0..40) == 0 { "others" } else { "these" },
            "replicas": 3,
            "id": format!("gateway {}", rng.u8(0..4)),
            "call": self.calls,
            "not_after": self.now + 100_000 - rng.u64(0..102_000),
            "lease_us": 3_000_000,
            "counted": rng.u8(0..5) > 0,
            "epoch": self.epoch,
            "seen": self.seen.as_u64().unwrap() + u64::from(rng.u8(0..50) == 0),
            "new_epoch": format!("memory {}", rng.u32(..)),
            "quotas": quotas,
            "claims": claims,
            "pauses": if rng.u8(0..5) == 0 { vec![pause] } else { vec![] },
        });
        (ask, self.now)
    }

    fn told(&mut self, reply: &Json) {
        if reply[0] == "done" {
            (self.epoch, self.seen) = (reply[2].clone(), reply[3].clone());
        }
    }
}
