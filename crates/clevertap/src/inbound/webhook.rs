//! Webhooks of campaigns, of pushes that were delivered, and of custom rewards.

use std::collections::BTreeMap;

use afflux_core::decode::{DecodeError, Drift, JsonText, Kept, Sensitive};
use bytes::Bytes;

use super::read::tolerant;
use crate::generated::CampaignId;

tolerant! {
    /// The payload of a webhook campaign. A custom body replaces it as a whole: read that one with your own types.
    ///
    /// The vendor waits 1 to 5 seconds (its pages differ) and repeats a call that was not answered with 200 in time up to
    /// three times, so the same payload can come again: answer first, work afterwards.
    pub struct Webhook {
        /// Whether this is the call that the dashboard makes when a webhook is created. It wants a 200 too.
        is_test: Drift<bool> = "is_test",
        /// The campaign.
        target_id: Option<CampaignId> = "targetId",
        /// What the campaign sends along; masked when it is printed, for an access key may be among it.
        key_values: Drift<BTreeMap<String, Sensitive>> = "key_values",
        /// The users: a list from a broadcast, a single one otherwise; here always a list.
        profiles: Drift<Vec<Kept<WebhookProfile>>> = "profiles",
    }
}

impl Webhook {
    /// Reads a body.
    pub fn parse(body: impl Into<Bytes>) -> Result<Kept<Self>, DecodeError> {
        Kept::parse(body)
    }

    /// The users, none where there are none.
    pub fn users(&self) -> &[Kept<WebhookProfile>] {
        self.profiles.get().map_or(&[], Vec::as_slice)
    }

    /// A value that the campaign sends along.
    pub fn key_value(&self, key: &str) -> Option<&str> {
        self.key_values.get()?.get(key).map(Sensitive::reveal)
    }
}

tolerant! {
    /// A user in a webhook. Which fields are there is chosen in the campaign; what is not named here is found in the
    /// kept text.
    pub struct WebhookProfile {
        /// The customer's own id of the user.
        identity: Option<String> = "identity" | "Identity",
        /// All of the customer's ids of the user.
        all_identities: Drift<Vec<String>> = "all_identities",
        /// The CleverTap id.
        object_id: Option<String> = "objectId" | "ObjectId",
        /// The e-mail address.
        email: Option<String> = "email" | "Email",
        /// The telephone number.
        phone: Option<String> = "phone" | "Phone",
        /// The name.
        name: Option<String> = "name" | "Name",
        /// A device's token for push messages. A secret: masked when it is printed.
        push_token: Option<Sensitive> = "push_token" | "Push_token",
        /// The customer's own properties of the user: texts, numbers, lists, milliseconds since 1970.
        profile_data: Drift<BTreeMap<String, JsonText>> = "profileData" | "ProfileData",
        /// What CleverTap knows of the user: `emailSubscription`, `timezone`, `city`, `age`, ...
        system_profile_data: Drift<BTreeMap<String, JsonText>> = "systemProfileData",
        /// The properties of the event that set the campaign off, from live campaigns only; dates as `$D_` and seconds.
        event_properties: Drift<BTreeMap<String, JsonText>> = "event_properties" | "Event_properties",
        /// The properties of the session.
        session_props: Drift<BTreeMap<String, JsonText>> = "session_props",
        /// What the campaign sends along for this user; masked when it is printed.
        key_values: Drift<BTreeMap<String, Sensitive>> = "key_values",
    }
}

tolerant! {
    /// What comes after a push was delivered, where a campaign names a post-action webhook.
    pub struct PostAction {
        /// The campaign.
        target_id: Option<CampaignId> = "targetId",
        /// Who got it.
        profiles: Drift<Vec<Kept<PostActionProfile>>> = "profiles",
    }
}

impl PostAction {
    /// Reads a body.
    pub fn parse(body: impl Into<Bytes>) -> Result<Kept<Self>, DecodeError> {
        Kept::parse(body)
    }
}

tolerant! {
    /// A user who got a push.
    pub struct PostActionProfile {
        /// The customer's own id of the user.
        identity: Option<String> = "identity" | "Identity",
        /// All of the customer's ids of the user.
        all_identities: Drift<Vec<String>> = "all_identities",
        /// The CleverTap id.
        object_id: Option<String> = "objectId" | "ObjectId",
        /// The push itself.
        payload: Drift<PushPayload> = "payload",
    }
}

tolerant! {
    /// A push as it was sent.
    pub struct PushPayload {
        /// The title.
        title: Option<String> = "title",
        /// The text.
        body: Option<String> = "body",
        /// What went along, the vendor's own `wzrk_` keys among it. Masked when it is printed: `wzrk_acct_id` is the
        /// account.
        kvs: Drift<BTreeMap<String, Sensitive>> = "kvs",
    }
}

tolerant! {
    /// A reward that a user of a campaign is to be given by your server. The vendor waits 3 seconds and tries twice more.
    pub struct CustomReward {
        /// Who is rewarded.
        profiles: Drift<RewardProfile> = "profiles",
        /// With what.
        reward: Drift<Reward> = "reward",
        /// What was configured with the reward.
        custom_metadata: Drift<BTreeMap<String, JsonText>> = "customMetadata",
    }
}

impl CustomReward {
    /// Reads a body.
    pub fn parse(body: impl Into<Bytes>) -> Result<Kept<Self>, DecodeError> {
        Kept::parse(body)
    }
}

tolerant! {
    /// Who is rewarded.
    pub struct RewardProfile {
        /// The e-mail address.
        email: Option<String> = "email" | "Email",
        /// The customer's own id of the user.
        identity: Option<String> = "identity" | "Identity",
        /// The telephone number.
        phone: Option<String> = "phone" | "Phone",
        /// The CleverTap id.
        object_id: Option<String> = "objectId" | "ObjectId",
    }
}

tolerant! {
    /// A reward.
    pub struct Reward {
        /// Its id at the customer.
        client_reward_id: Option<String> = "clientRewardId",
        /// Its id at CleverTap.
        clevertap_reward_id: Option<String> = "clevertapRewardId",
        /// Its name.
        name: Option<String> = "rewardName",
        /// Its description.
        description: Option<String> = "rewardDescription",
        /// The campaign that gives it.
        campaign_id: Option<CampaignId> = "campaignId",
        /// How much is credited, from wallets only; where it stands is not documented, so look beside the reward too.
        credits: Option<String> = "credits",
    }
}
