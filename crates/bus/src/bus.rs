//! Messages into the stream, each after the one before.

use std::time::Duration;

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::context::{PublishAckFuture, PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, Stream};
use async_nats::jetstream::{self, Context};

use crate::{Settings, Unusable};

/// How many messages are on their way before the first of them is known to have come.
const WINDOW: usize = 256;

/// For how long a server knows the messages it has by their names. What is sent again after longer
/// is found by the name of the stream's last message, unless a stranger's stands behind it.
const KNOWN: Duration = Duration::from_secs(120);

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its name, the same whenever it is sent.
    pub id: String,
    /// What it is about; begins with the stream's prefix.
    pub subject: String,
    /// What kind of bytes the body is.
    pub media_type: &'static str,
    /// What it says.
    pub body: Vec<u8>,
}

/// Why messages are not in the stream.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server cannot be reached, or does not answer in time.
    #[error("NATS does not answer: {0}")]
    Away(String),
    /// The stream is not as it should be, or may not be written to.
    #[error("NATS refuses it: {0}")]
    Refused(String),
    /// Another has written to it meanwhile.
    #[error("another has written to the stream")]
    Moved,
}

/// A stream, and where it ends.
#[derive(Debug)]
pub struct Bus {
    context: Context,
    settings: Settings,
    end: Option<u64>,
}

/// Where a stream ends.
struct End {
    sequence: u64,
    /// The name of its last message, if it has one.
    id: Option<String>,
}

impl Bus {
    /// Goes to the servers of the settings, which need not be there yet.
    ///
    /// # Errors
    /// When a setting cannot be used.
    pub async fn open(settings: Settings) -> Result<Self, Unusable> {
        let connecting = settings.options()?.connect(settings.servers()?);
        let client = Box::pin(connecting).await.map_err(|_| Unusable::Url)?;
        let mut context = jetstream::new(client);
        context.set_timeout(settings.answer_max);
        Ok(Self {
            context,
            settings,
            end: None,
        })
    }

    /// Writes these in their order, unless they are there already. Returns when all are.
    ///
    /// # Errors
    /// When that is not known of all of them; the first of them may be there. What is written again
    /// is there once all the same.
    pub async fn write(&mut self, messages: &[Message]) -> Result<(), Error> {
        let (mut end, mut rest, mut sure) = match self.end.take() {
            Some(end) => (end, messages, true),
            None => {
                let end = self.look().await?;
                (end.sequence, behind(messages, end.id.as_deref()), false)
            }
        };
        // Behind a stranger's message it is not known which of ours are there: one at a time, until
        // one was not.
        while !rest.is_empty() {
            let most = if sure { WINDOW } else { 1 };
            let (window, others) = rest.split_at(rest.len().min(most));
            let (after, new) = self.write_window(window, end).await?;
            sure |= new;
            (end, rest) = (after, others);
        }
        self.end = Some(end);
        Ok(())
    }

    /// Writes these after the message of that sequence; returns a sequence up to which all of them
    /// are there, and whether any was not before.
    ///
    /// All are on their way before the first is known to be there. So each names the one before it
    /// too: a sequence alone would fit a later one after some that were refused.
    async fn write_window(&self, window: &[Message], end: u64) -> Result<(u64, bool), Error> {
        let mut acks: Vec<PublishAckFuture> = Vec::with_capacity(window.len());
        let mut before: Option<&str> = None;
        for (after, message) in (end..).zip(window) {
            let mut publish = PublishMessage::build()
                .message_id(&message.id)
                .header("content-type", message.media_type)
                .expected_stream(&self.settings.stream)
                .expected_last_sequence(after)
                .payload(message.body.clone().into());
            if let Some(before) = before.replace(&message.id) {
                publish = publish.expected_last_message_id(before);
            }
            let subject = message.subject.clone();
            let sent = self.context.send_publish(subject, publish).await;
            acks.push(sent.map_err(|error| failed(&error))?);
        }
        let (mut end, mut new) = (end, false);
        for ack in acks {
            let ack = ack.await.map_err(|error| failed(&error))?;
            end = end.max(ack.sequence);
            new |= !ack.duplicate;
        }
        Ok((end, new))
    }

    /// Where the stream ends; it is made when it is not there.
    async fn look(&self) -> Result<End, Error> {
        let config = Config {
            name: self.settings.stream.clone(),
            description: Some("What happens to shipments and parcels".to_owned()),
            subjects: vec![format!("{}.>", self.settings.prefix)],
            duplicate_window: KNOWN,
            ..Config::default()
        };
        let found = self.context.get_or_create_stream(config).await;
        let stream: Stream = found.map_err(|error| unseen(&error))?;
        let info = stream.get_info().await.map_err(|error| unseen(&error))?;
        let sequence = info.state.last_sequence;
        if info.state.messages == 0 {
            return Ok(End { sequence, id: None });
        }
        // The last may have been taken out of the stream, which then knows of none.
        let last = stream.get_raw_message(sequence).await.ok();
        let id = last.and_then(|last| last.headers.get(NATS_MESSAGE_ID).map(ToString::to_string));
        Ok(End { sequence, id })
    }
}

/// Those after the one of that name; all, if none has it.
fn behind<'a>(messages: &'a [Message], id: Option<&str>) -> &'a [Message] {
    let known = messages
        .iter()
        .position(|message| Some(message.id.as_str()) == id);
    known.map_or(messages, |at| messages.get(at + 1..).unwrap_or_default())
}

fn failed(error: &PublishError) -> Error {
    match error.kind() {
        PublishErrorKind::WrongLastSequence | PublishErrorKind::WrongLastMessageId => Error::Moved,
        PublishErrorKind::TimedOut
        | PublishErrorKind::BrokenPipe
        | PublishErrorKind::MaxAckPending => Error::Away(error.to_string()),
        PublishErrorKind::StreamNotFound
        | PublishErrorKind::MaxPayloadExceeded
        | PublishErrorKind::Other => Error::Refused(error.to_string()),
    }
}

/// The stream could not be looked at. Most often nobody is there; a refusal says so in its words.
fn unseen(error: &dyn std::error::Error) -> Error {
    Error::Away(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_already_is_left_out() {
        let message = |id: &str| Message {
            id: id.to_owned(),
            subject: "parcelgate.dev.shipment.purchased".to_owned(),
            media_type: "application/json",
            body: Vec::new(),
        };
        let all = [message("a"), message("b"), message("c")];
        assert_eq!(behind(&all, None), all);
        assert_eq!(behind(&all, Some("of another")), all);
        assert_eq!(behind(&all, Some("b")), [message("c")]);
        assert_eq!(behind(&all, Some("c")), []);
    }
}
