//! How a store begins.

use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::engine::Engine;
use super::waiting::Waiting;
use super::writer::Writer;
use super::{Database, follow, writer};
use crate::Result;

impl Database {
    pub(super) async fn start(engine: Engine) -> Result<Self> {
        let mut connection = engine.open().await?;
        let (head, watched) = watch::channel(connection.head().await?);
        let head = Arc::new(head);
        let (commands, received) = mpsc::channel(writer::WAITING_MAX);
        let quotes = Arc::new(Waiting::default());
        let writer = Writer {
            engine: engine.clone(),
            connection: Some(connection),
            commands: received,
            quotes: Arc::clone(&quotes),
            head: Arc::clone(&head),
        };
        let mut follower = JoinSet::new();
        if let Engine::Postgres(server) = &engine {
            follower.spawn(follow::follow(server.clone(), head));
        }
        Ok(Self {
            reads: engine.reads(),
            commands: Mutex::new(Some(commands)),
            writer: Mutex::new(Some(tokio::spawn(writer.run()))),
            follower: Mutex::new(follower),
            quotes,
            head: watched,
            _engine: engine,
        })
    }
}
