//! One profile, by one of the three keys that the vendor looks up.

use afflux_core::{decode::Kept, endpoint::Endpoint, error::Error};

use crate::{
    client::Client,
    generated::{GetProfile, Profile},
    names,
    query::refused,
};

/// By what a profile is looked up: exactly one key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProfileKey {
    /// The customer's own id of the user.
    Identity(String),
    /// An e-mail address.
    Email(String),
    /// The CleverTap id of a device.
    ObjectId(String),
}

impl ProfileKey {
    /// The customer's own id of the user.
    pub fn identity(identity: impl Into<String>) -> Self {
        Self::Identity(identity.into())
    }

    /// An e-mail address.
    pub fn email(email: impl Into<String>) -> Self {
        Self::Email(email.into())
    }

    /// The CleverTap id of a device.
    pub fn object_id(object_id: impl Into<String>) -> Self {
        Self::ObjectId(object_id.into())
    }
}

impl Client {
    /// Reads one profile. What the vendor answers where there is none is not documented: an error, presumably.
    ///
    /// ```no_run
    /// # async fn run(clevertap: afflux_clevertap::Client) -> Result<(), afflux_clevertap::Error> {
    /// use afflux_clevertap::ProfileKey;
    ///
    /// let profile = clevertap.profile(&ProfileKey::email("ana@example.com")).await?;
    /// println!("{:?} {:?}", profile.identity, profile.pointer("/profileData/Customer Type"));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn profile(&self, key: &ProfileKey) -> Result<Kept<Profile>, Error> {
        let request = GetProfile::new();
        let (name, text, request) = match key {
            ProfileKey::Identity(id) => ("identity", id, request.identity(id)),
            ProfileKey::Email(email) => ("email", email, request.email(email)),
            ProfileKey::ObjectId(id) => ("objectId", id, request.object_id(id)),
        };
        names::required(name, text).map_err(|fault| refused(fault, GetProfile::OPERATION))?;
        Ok(self.engine().call(&request).await?.into_value())
    }
}
