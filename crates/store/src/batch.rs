//! Everything of one step, to be written together.

use jiff::Timestamp;

use crate::{
    ApiKey, Blob, DeliveryId, DeliveryReport, Evidence, JobId, JobReport, KeyId, NewDelivery,
    NewInvoiceLine, NewJob, NewPurchase, NewSubscription, NewTracker, Observation, ParcelLabel,
    Purchase, RequestKey, ShipmentId, Step, SubscriptionChange, SubscriptionId, Tenant, Tracker,
    TrackerEnd, TrackerId, Version,
};

/// Everything of one step of one tenant, to be written together or not at all. Verbs take effect in
/// the order in which they are named.
#[derive(Debug, Clone)]
#[must_use = "a batch does nothing until it is applied"]
pub struct Batch {
    pub(crate) tenant: Tenant,
    pub(crate) at: Timestamp,
    pub(crate) by: Option<KeyId>,
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
    Track(NewTracker),
    Observe {
        id: TrackerId,
        observation: Observation,
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
        deliveries: Vec<NewDelivery>,
    },
    ReportDelivery {
        id: DeliveryId,
        attempt: u32,
        report: DeliveryReport,
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
            verbs: Vec::new(),
        }
    }

    /// With this API key: its spend limit holds for what the batch accepts.
    /// [`accept`](Self::accept) fails with [`Error::SpendLimit`](crate::Error::SpendLimit) then.
    pub fn by(mut self, key: Option<&KeyId>) -> Self {
        self.by = key.cloned();
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

    // Trackers.

    /// Follows a parcel. When it is known already this adds the shipment if that was not known, and
    /// follows it again if it had ended.
    pub fn track(self, tracker: NewTracker) -> Self {
        self.with(Verb::Track(tracker))
    }

    /// Takes in what a carrier told of a parcel: one `tracking.updated` for each event that is new;
    /// when none is, one `tracker.updated` if the estimate or the last mile's number is. The state
    /// is folded from all events there are, whoever brought them.
    pub fn observe(self, id: &TrackerId, observation: Observation) -> Self {
        self.with(Verb::Observe {
            id: id.clone(),
            observation,
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

    /// Makes deliveries once more, marked as such, after all that wait already. One whose id is
    /// known is not made again.
    pub fn replay(self, id: &SubscriptionId, deliveries: Vec<NewDelivery>) -> Self {
        self.with(Verb::Replay {
            id: id.clone(),
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
}
