//! The trait of a request value: how to encode it and how to decode its answer. It does no IO and knows no client.

use crate::{decode::DecodeError, error::Error, operation::Operation, request::Request, response::Raw};

/// A request as a value.
///
/// Generated for each operation; a hand-written face may implement it too. Encoding checks the input, so that bad
/// input is an error before anything is sent.
pub trait Endpoint: Send + Sync {
    /// The operation's constant metadata.
    const OPERATION: &'static Operation;

    /// What the answer decodes to.
    type Output: Send;

    /// Encodes path, query, headers and body, the effective safety and the cost.
    fn encode(&self) -> Result<Request, Error>;

    /// Decodes a whole answer that was classified as a success. It sees the earlier attempts.
    fn decode(&self, raw: &Raw) -> Result<Self::Output, DecodeError>;
}
