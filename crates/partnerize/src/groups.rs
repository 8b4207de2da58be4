//! The groups of operations, as accessors of the client.

use crate::{
    client::Client,
    exports::Exports,
    generated::{
        AnalyticsCalls, BrandsCalls, CampaignsCalls, ClicksCalls, CommissionsCalls, ConversionsCalls,
        CreativesCalls, DatabasesCalls, InvitationsCalls, JobsCalls, LinksCalls, NetworksCalls,
        ParticipationsCalls, PartnerCalls, PartnerId, PaymentsCalls, ReferenceCalls, TagsCalls, TermsCalls,
        TransactionQueriesCalls, UserCalls, WebsitesCalls,
    },
    reports::Reports,
};

impl Client {
    /// Networks that the user can reach.
    pub fn networks(&self) -> NetworksCalls<'_> {
        NetworksCalls::new(&self.engine)
    }

    /// The partner account.
    pub fn partner(&self) -> PartnerCalls<'_> {
        PartnerCalls::new(&self.engine)
    }

    /// The current user.
    pub fn user(&self) -> UserCalls<'_> {
        UserCalls::new(&self.engine)
    }

    /// Websites of the partner.
    pub fn websites(&self) -> WebsitesCalls<'_> {
        WebsitesCalls::new(&self.engine)
    }

    /// Mailing databases of the partner.
    pub fn databases(&self) -> DatabasesCalls<'_> {
        DatabasesCalls::new(&self.engine)
    }

    /// Campaigns of the partner, their voucher codes and the partner's references.
    pub fn campaigns(&self) -> CampaignsCalls<'_> {
        CampaignsCalls::new(&self.engine)
    }

    /// Taking part in campaigns.
    pub fn participations(&self) -> ParticipationsCalls<'_> {
        ParticipationsCalls::new(&self.engine)
    }

    /// Invitations to campaigns.
    pub fn invitations(&self) -> InvitationsCalls<'_> {
        InvitationsCalls::new(&self.engine)
    }

    /// Brands, and campaigns to join.
    pub fn brands(&self) -> BrandsCalls<'_> {
        BrandsCalls::new(&self.engine)
    }

    /// Creatives and product feeds.
    pub fn creatives(&self) -> CreativesCalls<'_> {
        CreativesCalls::new(&self.engine)
    }

    /// Tracking links.
    pub fn links(&self) -> LinksCalls<'_> {
        LinksCalls::new(&self.engine)
    }

    /// Commissions of every kind, and attribution.
    pub fn commissions(&self) -> CommissionsCalls<'_> {
        CommissionsCalls::new(&self.engine)
    }

    /// Reports of the partner's conversions and clicks, row by row.
    pub fn reports(&self, partner: impl Into<PartnerId>) -> Reports<'_> {
        Reports::new(self, partner.into())
    }

    /// Exports of the partner's clicks, conversions and items, as files or as rows.
    pub fn exports(&self, partner: impl Into<PartnerId>) -> Exports<'_> {
        Exports::new(self, partner.into())
    }

    /// Conversions: the report and the exports.
    pub fn conversions(&self) -> ConversionsCalls<'_> {
        ConversionsCalls::new(&self.engine)
    }

    /// Clicks: the report and the export.
    pub fn clicks(&self) -> ClicksCalls<'_> {
        ClicksCalls::new(&self.engine)
    }

    /// Claims that a transaction is missing or wrong.
    pub fn transaction_queries(&self) -> TransactionQueriesCalls<'_> {
        TransactionQueriesCalls::new(&self.engine)
    }

    /// Self-bills, payment details and sums.
    pub fn payments(&self) -> PaymentsCalls<'_> {
        PaymentsCalls::new(&self.engine)
    }

    /// Counts of clicks, conversions and impressions.
    pub fn analytics(&self) -> AnalyticsCalls<'_> {
        AnalyticsCalls::new(&self.engine)
    }

    /// Partnerize tags and their features.
    pub fn tags(&self) -> TagsCalls<'_> {
        TagsCalls::new(&self.engine)
    }

    /// Terms and conditions, and that they were noted.
    pub fn terms(&self) -> TermsCalls<'_> {
        TermsCalls::new(&self.engine)
    }

    /// Work that the vendor does later.
    pub fn jobs(&self) -> JobsCalls<'_> {
        JobsCalls::new(&self.engine)
    }

    /// Countries, currencies, time zones and other lists.
    pub fn reference(&self) -> ReferenceCalls<'_> {
        ReferenceCalls::new(&self.engine)
    }
}
