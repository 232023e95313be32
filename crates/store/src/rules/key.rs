//! API keys.

use super::ledger::{Ledger, Now};
use crate::{ApiKey, Error, KeyId, Result};

impl Ledger {
    pub(super) fn create_key(&mut self, now: &Now<'_>, key: ApiKey) -> Result<()> {
        if self.keys.get(&key.id).is_some() {
            return Err(Error::Taken(format!("key {}", key.id)));
        }
        let key = ApiKey {
            tenant: now.tenant.clone(),
            ..key
        };
        self.keys.put(key.id.clone(), key);
        Ok(())
    }

    pub(super) fn revoke_key(&mut self, now: &Now<'_>, id: KeyId) -> Result<()> {
        let mut key = self.own_key(now, &id)?;
        key.revoked_at = key.revoked_at.or(Some(now.at));
        self.keys.put(id, key);
        Ok(())
    }

    pub(super) fn seen_key(&mut self, now: &Now<'_>, id: KeyId) -> Result<()> {
        let mut key = self.own_key(now, &id)?;
        key.last_used_at = key.last_used_at.max(Some(now.at));
        self.keys.put(id, key);
        Ok(())
    }

    fn own_key(&self, now: &Now<'_>, id: &KeyId) -> Result<ApiKey> {
        let key = self.keys.get(id).filter(|key| key.tenant == *now.tenant);
        key.cloned()
            .ok_or_else(|| Error::Missing(format!("key {id}")))
    }
}
