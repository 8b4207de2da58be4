//! Transaction queries to make: claims that a conversion is missing or wrong, each with what its kind requires.

use afflux_core::{Error, endpoint::Endpoint};
use jiff::civil::DateTime;
use rust_decimal::Decimal;

use crate::generated::{
    Call, CreateTransactionQueries, Currency, NewTransactionQueries, NewTransactionQuery, PartnerId,
    TransactionQueriesCalls, TransactionQueryType,
};

/// A claim about a conversion, which the vendor calls a transaction query. What its kind requires are its arguments: a
/// claim without them does not compile.
///
/// ```
/// use afflux_partnerize::{Claim, Sale, generated::Currency};
/// use jiff::civil::date;
/// use rust_decimal::Decimal;
///
/// let sale = Sale {
///     time: date(2026, 11, 20).at(18, 30, 0, 0),
///     value: Decimal::new(67_12, 2),
///     expected_commission: Decimal::new(6_71, 2),
/// };
/// let missing = Claim::untracked("hrDu67", "AF222PO", sale).currency(Currency::Gbp).notes("paid by voucher");
/// let too_little = Claim::incorrect_commission("hrDu67", "AF222PP", Decimal::new(6_71, 2));
/// let declined = Claim::declined("hrDu67", "AF222PQ");
/// ```
///
/// ```compile_fail,E0061
/// # use afflux_partnerize::Claim;
/// let no_commission = Claim::incorrect_commission("hrDu67", "AF222PP");
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Claim {
    camref: String,
    reference: String,
    expected_commission: Option<Decimal>,
    value: Option<Decimal>,
    query: NewTransactionQuery,
}

/// A sale that was not tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    /// When it was, on the clock of the account's reporting time zone.
    pub time: DateTime,
    /// What the customer paid.
    pub value: Decimal,
    /// The commission that it should bring.
    pub expected_commission: Decimal,
}

impl Claim {
    /// A sale that was not tracked. `camref` is your reference on the campaign, `reference` the brand's of the sale.
    pub fn untracked(camref: impl Into<String>, reference: impl Into<String>, sale: Sale) -> Self {
        let claim = Self::new(TransactionQueryType::Untracked, camref.into(), reference.into());
        let claim = claim.conversion_time(sale.time).conversion_value(sale.value);
        claim.expecting(sale.expected_commission)
    }

    /// A conversion whose commission is wrong, and the one that is right.
    pub fn incorrect_commission(
        camref: impl Into<String>,
        reference: impl Into<String>,
        expected_commission: impl Into<Decimal>,
    ) -> Self {
        let claim = Self::new(TransactionQueryType::IncorrectCommission, camref.into(), reference.into());
        claim.expecting(expected_commission.into())
    }

    /// A conversion that was declined.
    pub fn declined(camref: impl Into<String>, reference: impl Into<String>) -> Self {
        Self::new(TransactionQueryType::Declined, camref.into(), reference.into())
    }

    /// The currency of the sums.
    pub fn currency(mut self, currency: impl Into<Currency>) -> Self {
        self.query = self.query.conversion_currency(currency);
        self
    }

    /// When the conversion was, on the clock of the account's reporting time zone.
    pub fn conversion_time(mut self, time: DateTime) -> Self {
        self.query = self.query.conversion_date_time(time);
        self
    }

    /// What the customer paid.
    pub fn conversion_value(mut self, value: impl Into<Decimal>) -> Self {
        let value = value.into();
        self.value = Some(value);
        self.query = self.query.conversion_value(value);
        self
    }

    /// Your own reference.
    pub fn publisher_reference(mut self, reference: impl Into<String>) -> Self {
        self.query = self.query.publisher_reference(reference);
        self
    }

    /// What the brand should know.
    pub fn notes(mut self, notes: impl Into<String>) -> Self {
        self.query = self.query.notes(notes);
        self
    }

    fn new(kind: TransactionQueryType, camref: String, reference: String) -> Self {
        let query = NewTransactionQuery::new(kind, camref.clone(), reference.clone());
        Self { camref, reference, expected_commission: None, value: None, query }
    }

    fn expecting(mut self, commission: Decimal) -> Self {
        self.expected_commission = Some(commission);
        self.query = self.query.expected_commission(commission);
        self
    }

    /// The first field that the vendor would refuse, and what it must be.
    fn wrong(&self) -> Option<(&'static str, &'static str)> {
        let negative = |amount: Option<Decimal>| amount.is_some_and(|amount| amount < Decimal::ZERO);
        if self.camref.trim().is_empty() {
            Some(("camref", "must not be empty"))
        } else if self.reference.trim().is_empty() {
            Some(("conversion_reference", "must not be empty"))
        } else if negative(self.value) {
            Some(("conversion_value", "must not be below zero"))
        } else if negative(self.expected_commission) {
            Some(("expected_commission", "must not be below zero"))
        } else {
            None
        }
    }
}

/// A claim as the plain call takes it.
impl From<Claim> for NewTransactionQuery {
    fn from(claim: Claim) -> Self {
        claim.query
    }
}

impl<'a> TransactionQueriesCalls<'a> {
    /// Makes claims, all in one call. They are checked here: one that is wrong is refused with its position and its
    /// field, and none is sent. The answer is a job, which [`follow`](crate::generated::JobsCalls::follow) asks about.
    ///
    /// The vendor has no key against doubles: after a lost answer, list the transaction queries before you claim again.
    pub fn claim(
        self,
        partner: impl Into<PartnerId>,
        claims: impl IntoIterator<Item = Claim>,
    ) -> Result<Call<'a, CreateTransactionQueries>, Error> {
        let refuse =
            |field: &str, demand| Error::validation(CreateTransactionQueries::OPERATION, field, demand);
        let mut queries = Vec::new();
        for (at, claim) in claims.into_iter().enumerate() {
            if let Some((field, demand)) = claim.wrong() {
                return Err(refuse(&format!("transaction_queries[{at}].{field}"), demand));
            }
            queries.push(claim.into());
        }
        if queries.is_empty() {
            return Err(refuse("transaction_queries", "must have a claim"));
        }
        Ok(self.create(partner, NewTransactionQueries::new(queries)))
    }
}
