//! Everything of one step, to be written together.

use jiff::Timestamp;
use parcelgate_domain::Deadlines;

use crate::{
    ApiKey, Blob, Confirmation, DeliveryId, DeliveryReport, Evidence, JobId, JobReport, Judged,
    KeyId, NewConfirmation, NewDelivery, NewInvoiceLine, NewJob, NewPurchase, NewSubscription,
    NewTracker, Observation, ParcelLabel, Purchase, RequestKey, ShardLease, ShipmentId, Step,
    SubscriptionChange, SubscriptionId, Tenant, Tracker, TrackerEnd, TrackerId, Version,
};

/// Everything of one step of one tenant, to be written together or not at all. Verbs take effect in
/// the order in which they are named.
#[derive(Debug, Clone)]
#[must_use = "a batch does nothing until it is applied"]
pub struct Batch {
    pub(crate) tenant: Tenant,
    pub(crate) at: Timestamp,
    pub(crate) by: Option<KeyId>,
    pub(crate) under: Option<ShardLease>,
    pub(crate) restoring: bool,
    pub(crate) verbs: Vec<Verb>,
}

/// One thing to be written.
#[derive(Debug, Clone)]
pub(crate) enum Verb {
    Reserve {
        key: RequestKey,
        body_sha256: [u8; 32],
        subject: String,
    },
    Answer {
        key: RequestKey,
        answer: Blob,
    },
    Accept(Box<NewPurchase>),
    Advance {
        id: ShipmentId,
        from: Version,
        step: Step,
    },
    KeepLabels {
        id: ShipmentId,
        labels: Vec<ParcelLabel>,
    },
    KeepEvidence(Evidence),
    Invoice(NewInvoiceLine),
    Promise {
        id: ShipmentId,
        deadlines: Deadlines,
        look_at: Timestamp,
    },
    Judge {
        id: ShipmentId,
        judged: Judged,
    },
    Track(NewTracker),
    Observe {
        id: TrackerId,
        observation: Observation,
        /// Told by the carrier of its own accord.
        pushed: bool,
    },
    PushUntil {
        id: TrackerId,
        until: Timestamp,
    },
    CheckFailed {
        id: TrackerId,
        next_check_at: Timestamp,
    },
    EndTracker {
        id: TrackerId,
        end: TrackerEnd,
    },
    Subscribe(NewSubscription),
    ChangeSubscription {
        id: SubscriptionId,
        change: SubscriptionChange,
    },
    Unsubscribe(SubscriptionId),
    FanOut {
        id: SubscriptionId,
        from: i64,
        to: i64,
        deliveries: Vec<NewDelivery>,
    },
    Replay {
        id: SubscriptionId,
        not_before: Timestamp,
        deliveries: Vec<NewDelivery>,
    },
    ReportDelivery {
        id: DeliveryId,
        attempt: u32,
        report: DeliveryReport,
    },
    SupersedeDelivery {
        id: DeliveryId,
        attempt: u32,
    },
    CreateKey(ApiKey),
    RevokeKey(KeyId),
    SeenKey(KeyId),
    Enqueue(NewJob),
    ReportJob {
        id: JobId,
        attempt: u32,
        report: JobReport,
    },
    Confirm(Box<NewConfirmation>),
    KeepConfirmation(Box<Confirmation>),
    ReadLog {
        reader: String,
        from: i64,
        to: i64,
    },
}

impl Verb {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others carry no bytes")]
    fn bytes(&self) -> usize {
        let of_labels = |labels: &[ParcelLabel]| {
            let sizes = labels.iter().map(|label| label.label.bytes.len());
            sizes.sum::<usize>()
        };
        match self {
            Self::Answer { answer, .. } => answer.0.len(),
            Self::KeepEvidence(evidence) => evidence.reply.0.len(),
            Self::KeepLabels { labels, .. } => of_labels(labels),
            Self::Advance { step, .. } => match step {
                Step::Labelled(labels) => of_labels(labels),
                Step::Bought(bought) | Step::InHand(bought) | Step::Orphaned(bought, _) => {
                    let labels = bought.parcels.iter().flat_map(|parcel| &parcel.labels);
                    labels.map(|label| label.bytes.len()).sum()
                }
                _ => 0,
            },
            _ => 0,
        }
    }
}

/// What a batch came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The `seq` of every event it appended, in order.
    pub seqs: Vec<i64>,
    /// The shipments it accepted or advanced, as they now stand, in the order of its verbs.
    pub shipments: Vec<Purchase>,
    /// The trackers it made, observed or ended, as they now stand, in the order of its verbs.
    pub trackers: Vec<Seen>,
}

/// What became of a tracker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// As it now stands. After [`Batch::track`] its id is the first one's, if there was one.
    pub tracker: Tracker,
    /// Whether this batch made it.
    pub created: bool,
    /// How many of the observed events were new.
    pub new_events: usize,
}

impl Batch {
    /// Nothing yet, of `tenant`, written at `at`.
    pub fn of(tenant: &Tenant, at: Timestamp) -> Self {
        Self {
            tenant: tenant.clone(),
            at: Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at),
            by: None,
            under: None,
            restoring: false,
            verbs: Vec::new(),
        }
    }

    /// With this API key: its spend limit holds for what the batch accepts.
    /// [`accept`](Self::accept) fails with [`Error::SpendLimit`](crate::Error::SpendLimit) then.
    pub fn by(mut self, key: Option<&KeyId>) -> Self {
        self.by = key.cloned();
        self
    }

    /// By whom the shard of its trackers is looked after: only such a batch moves the next check of
    /// a tracker of which it tells nothing.
    /// Fails with [`Error::LeaseLost`](crate::Error::LeaseLost) when another has the shard.
    pub fn under(mut self, lease: ShardLease) -> Self {
        self.under = Some(lease);
        self
    }

    /// Of a database that was restored from a backup: the purchases that it takes a step on are
    /// [marked](Purchase::restored_at) as put in doubt by that.
    pub fn restoring(mut self) -> Self {
        self.restoring = true;
        self
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.verbs.is_empty()
    }

    /// How many bytes of labels, replies and answers are in it.
    pub(crate) fn bytes(&self) -> usize {
        self.verbs.iter().map(Verb::bytes).sum()
    }

    fn with(mut self, verb: Verb) -> Self {
        self.verbs.push(verb);
        self
    }

    // Requests.

    /// Reserves a request id for ever, for what it does to `subject`.
    /// Fails with [`Error::AlreadyAsked`](crate::Error::AlreadyAsked) when it is reserved.
    pub fn reserve(self, key: RequestKey, body_sha256: [u8; 32], subject: String) -> Self {
        self.with(Verb::Reserve {
            key,
            body_sha256,
            subject,
        })
    }

    /// Keeps what was answered to a reserved request, to be given again word for word.
    pub fn answer(self, key: RequestKey, answer: Blob) -> Self {
        self.with(Verb::Answer { key, answer })
    }

    // Shipments.

    /// Accepts a purchase under a request id, which is reserved with it: ACCEPTED.
    /// Fails with [`Error::AlreadyAsked`](crate::Error::AlreadyAsked) when the request id is
    /// reserved, with [`Error::Taken`](crate::Error::Taken) when the id or reference is.
    pub fn accept(self, purchase: NewPurchase, key: RequestKey, body_sha256: [u8; 32]) -> Self {
        let subject = format!("shipments/{}", purchase.id);
        self.reserve(key, body_sha256, subject)
            .with(Verb::Accept(Box::new(purchase)))
    }

    /// Takes a purchase one step on from `from`.
    /// Fails with [`Error::Conflict`](crate::Error::Conflict) when it stands elsewhere, with
    /// [`Error::Illegal`](crate::Error::Illegal) when the step does not lead on from there.
    pub fn advance(self, id: &ShipmentId, from: Version, step: Step) -> Self {
        self.with(Verb::Advance {
            id: id.clone(),
            from,
            step,
        })
    }

    /// Keeps further forms of labels that the shipment has. What is already kept stays as it is.
    pub fn keep_labels(self, id: &ShipmentId, labels: Vec<ParcelLabel>) -> Self {
        self.with(Verb::KeepLabels {
            id: id.clone(),
            labels,
        })
    }

    /// Keeps what the carrier answered, before anyone reads it.
    pub fn keep_evidence(self, evidence: Evidence) -> Self {
        self.with(Verb::KeepEvidence(evidence))
    }

    // Invoices.

    /// Takes in a line of a carrier's invoice, with what it charges for its purchase. A line that
    /// is known changes nothing, unless its purchase was not known yet.
    /// Fails with [`Error::InvoiceChanged`](crate::Error::InvoiceChanged) when it says something
    /// else than before.
    pub fn invoice(self, line: NewInvoiceLine) -> Self {
        self.with(Verb::Invoice(line))
    }

    // Promises.

    /// Notes what was promised for a shipment, once, and when it is first to be looked at.
    pub fn promise(self, id: &ShipmentId, deadlines: Deadlines, look_at: Timestamp) -> Self {
        self.with(Verb::Promise {
            id: id.clone(),
            deadlines,
            look_at,
        })
    }

    /// Notes how it stands with what was promised: `parcel.at_risk` when that is other than before,
    /// `parcel.risk_over` when it is green again.
    pub fn judge(self, id: &ShipmentId, judged: Judged) -> Self {
        self.with(Verb::Judge {
            id: id.clone(),
            judged,
        })
    }

    // Trackers.

    /// Follows a parcel. When it is known already this adds the shipment if that was not known, and
    /// follows it again if it had ended.
    pub fn track(self, tracker: NewTracker) -> Self {
        self.with(Verb::Track(tracker))
    }

    /// Takes in what a carrier that was asked told of a parcel: one `tracking.updated` for each
    /// event that is new, one `tracking.corrected` for each that is known and that a newer edition
    /// of the carrier's table reads otherwise; when there is none, one `tracker.updated` if the
    /// estimate or the last mile's number is new. The state is folded from all events there are,
    /// whoever brought them.
    pub fn observe(self, id: &TrackerId, observation: Observation) -> Self {
        self.with(Verb::Observe {
            id: id.clone(),
            observation,
            pushed: false,
        })
    }

    /// The same, told by the carrier of its own accord.
    pub fn pushed(self, id: &TrackerId, observation: Observation) -> Self {
        self.with(Verb::Observe {
            id: id.clone(),
            observation,
            pushed: true,
        })
    }

    /// The carrier tells of a parcel by itself until then.
    pub fn push_until(self, id: &TrackerId, until: Timestamp) -> Self {
        self.with(Verb::PushUntil {
            id: id.clone(),
            until,
        })
    }

    /// The carrier did not answer for a parcel.
    pub fn check_failed(self, id: &TrackerId, next_check_at: Timestamp) -> Self {
        self.with(Verb::CheckFailed {
            id: id.clone(),
            next_check_at,
        })
    }

    /// Follows a parcel no longer. Ending what is ended does nothing.
    pub fn end_tracker(self, id: &TrackerId, end: TrackerEnd) -> Self {
        self.with(Verb::EndTracker {
            id: id.clone(),
            end,
        })
    }

    // Subscriptions and deliveries.

    /// Makes a subscription to what happens from now on.
    pub fn subscribe(self, subscription: NewSubscription) -> Self {
        self.with(Verb::Subscribe(subscription))
    }

    /// Changes a subscription; pauses, resumes and disables it too.
    pub fn change_subscription(self, id: &SubscriptionId, change: SubscriptionChange) -> Self {
        self.with(Verb::ChangeSubscription {
            id: id.clone(),
            change,
        })
    }

    /// Deletes a subscription with its deliveries.
    pub fn unsubscribe(self, id: &SubscriptionId) -> Self {
        self.with(Verb::Unsubscribe(id.clone()))
    }

    /// Moves a subscription's cursor from `from` to `to` and makes the deliveries for what it wants
    /// of the events between; one whose id is known is not made again. Fails with
    /// [`Error::CursorMoved`](crate::Error::CursorMoved) when the cursor is elsewhere.
    pub fn fan_out(
        self,
        id: &SubscriptionId,
        from: i64,
        to: i64,
        deliveries: Vec<NewDelivery>,
    ) -> Self {
        self.with(Verb::FanOut {
            id: id.clone(),
            from,
            to,
            deliveries,
        })
    }

    /// Makes deliveries once more, marked as such, after all that wait already; where nothing
    /// waits, none goes out before that time. One whose id is known is not made again.
    pub fn replay(
        self,
        id: &SubscriptionId,
        not_before: Timestamp,
        deliveries: Vec<NewDelivery>,
    ) -> Self {
        self.with(Verb::Replay {
            id: id.clone(),
            not_before,
            deliveries,
        })
    }

    /// Says how an attempt at a delivery went; `attempt` is what the claim said in
    /// [`Delivery::attempts`](crate::Delivery::attempts).
    /// Fails with [`Error::LeaseLost`](crate::Error::LeaseLost) when another claimed it since.
    pub fn report_delivery(self, id: &DeliveryId, attempt: u32, report: DeliveryReport) -> Self {
        self.with(Verb::ReportDelivery {
            id: id.clone(),
            attempt,
            report,
        })
    }

    /// Leaves a delivery out, because there is a later one of its subject. Fails as
    /// [`report_delivery`](Self::report_delivery) does.
    pub fn supersede_delivery(self, id: &DeliveryId, attempt: u32) -> Self {
        self.with(Verb::SupersedeDelivery {
            id: id.clone(),
            attempt,
        })
    }

    // Keys.

    /// Makes an API key; its tenant is the batch's.
    pub fn create_key(self, key: ApiKey) -> Self {
        self.with(Verb::CreateKey(key))
    }

    /// Ends an API key. Ending what is ended does nothing.
    pub fn revoke_key(self, id: &KeyId) -> Self {
        self.with(Verb::RevokeKey(id.clone()))
    }

    /// Notes that an API key was used.
    pub fn seen_key(self, id: &KeyId) -> Self {
        self.with(Verb::SeenKey(id.clone()))
    }

    // Jobs.

    /// Puts a job in the queue.
    pub fn enqueue(self, job: NewJob) -> Self {
        self.with(Verb::Enqueue(job))
    }

    /// Says how an attempt at a job went; `attempt` is what the claim said in
    /// [`Job::attempts`](crate::Job::attempts).
    /// Fails with [`Error::LeaseLost`](crate::Error::LeaseLost) when another claimed it since.
    pub fn report_job(self, id: &JobId, attempt: u32, report: JobReport) -> Self {
        self.with(Verb::ReportJob {
            id: id.clone(),
            attempt,
            report,
        })
    }

    // Confirmations.

    /// Lets an order system be told of a box, once for each box and order: WAITING. Which package
    /// of the order it is there is decided here.
    pub fn confirm(self, confirmation: NewConfirmation) -> Self {
        self.with(Verb::Confirm(Box::new(confirmation)))
    }

    /// Keeps a confirmation as it now stands. What names it stays as it is.
    /// Fails with [`Error::LeaseLost`](crate::Error::LeaseLost) when another kept it since it was
    /// read.
    pub fn keep_confirmation(self, confirmation: Confirmation) -> Self {
        self.with(Verb::KeepConfirmation(Box::new(confirmation)))
    }

    /// Moves the place up to which `reader` has read the log.
    /// Fails with [`Error::LeaseLost`](crate::Error::LeaseLost) when another moved it since.
    pub fn read_log(self, reader: &str, from: i64, to: i64) -> Self {
        self.with(Verb::ReadLog {
            reader: reader.to_owned(),
            from,
            to,
        })
    }
}
