//! Exit codes: the one place that says which outcome ends the program with which number.

use afflux_core::{Delivery, Error, ErrorKind};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done.
    Done,
    /// 1: the vendor refused.
    Refused,
    /// 2: wrong usage, input or configuration; nothing was sent.
    Usage,
    /// 3: not delivered; the vendor cannot have acted.
    NotDelivered,
    /// 4: nobody knows what the vendor did.
    Unknown,
    /// 5: a local file could not be read or written.
    File,
    /// 130: interrupted.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::NotDelivered => 3,
            Self::Unknown => 4,
            Self::File => 5,
            Self::Interrupted => 130,
        }
    }

    /// The exit that an error of a call stands for.
    pub(crate) fn of(error: &Error) -> Self {
        match (error.kind(), error.delivery()) {
            (ErrorKind::Io, _) => Self::File,
            (ErrorKind::Configuration | ErrorKind::Validation, Delivery::NotSent) => Self::Usage,
            (_, Delivery::NotSent) => Self::NotDelivered,
            (_, Delivery::Unknown) => Self::Unknown,
            (_, Delivery::Answered) => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use afflux_core::operation::Operation;

    use super::*;

    #[test]
    fn each_exit_has_its_documented_number() {
        let table = [
            (Exit::Done, 0),
            (Exit::Refused, 1),
            (Exit::Usage, 2),
            (Exit::NotDelivered, 3),
            (Exit::Unknown, 4),
            (Exit::File, 5),
            (Exit::Interrupted, 130),
        ];
        for (exit, code) in table {
            assert_eq!(exit.code(), code, "{exit:?}");
        }
    }

    #[test]
    fn what_we_refuse_ourselves_is_usage_except_the_guard() {
        let io = std::io::Error::other("full");
        let table = [
            (Error::configuration("empty"), Exit::Usage),
            (Error::validation(&Operation::GET, "ip", "is required"), Exit::Usage),
            (Error::guard(&Operation::GET, "the same body", Duration::from_secs(9)), Exit::NotDelivered),
            (Error::io("reading", &io), Exit::File),
        ];
        for (error, exit) in table {
            assert_eq!(Exit::of(&error), exit, "{error}");
        }
    }
}
