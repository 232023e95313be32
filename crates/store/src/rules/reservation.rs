//! Request ids.

use super::ledger::{Ledger, Now};
use crate::{Blob, Error, RequestKey, Reservation, Result};

impl Ledger {
    pub(super) fn reserve(
        &mut self,
        now: &Now<'_>,
        key: RequestKey,
        body_sha256: [u8; 32],
        subject: String,
    ) -> Result<()> {
        let row = (now.tenant.clone(), key.clone());
        if let Some(earlier) = self.reservations.get(&row) {
            return Err(Error::AlreadyAsked(Box::new(earlier.clone())));
        }
        let reservation = Reservation {
            tenant: now.tenant.clone(),
            key,
            body_sha256,
            subject,
            answer: None,
            created_at: now.at,
        };
        self.reservations.put(row, reservation);
        Ok(())
    }

    pub(super) fn answer(&mut self, now: &Now<'_>, key: RequestKey, answer: Blob) -> Result<()> {
        let row = (now.tenant.clone(), key);
        let Some(reservation) = self.reservations.get(&row) else {
            let RequestKey { method, request_id } = row.1;
            return Err(Error::Missing(format!("request {method} {request_id}")));
        };
        // The first answer is the answer: whoever asks again is to get the same bytes.
        if reservation.answer.is_none() {
            let answered = Reservation {
                answer: Some(answer),
                ..reservation.clone()
            };
            self.reservations.put(row, answered);
        }
        Ok(())
    }
}
