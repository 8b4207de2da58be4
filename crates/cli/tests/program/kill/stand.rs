//! What the harness needs of a vendor's stand-in, whichever vendor it is.

use std::{thread::sleep, time::Duration};

use afflux_sandbox::{AlterCpa, CleverTap, Fault, Irev, Partnerize, RequestRecord};

/// A vendor's stand-in.
pub(super) trait Stand {
    fn fault(&self, fault: Fault);
    fn clear_faults(&self);
    fn requests(&self) -> Vec<RequestRecord>;
    /// Waits until no request is under way.
    fn wait(&self, runtime: &tokio::runtime::Runtime);

    /// Waits until nothing comes any more: a request whose sender was killed may still be on its way in.
    fn settle(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        loop {
            let seen = self.requests().len();
            self.wait(&runtime);
            sleep(Duration::from_millis(4));
            if self.requests().len() == seen {
                return;
            }
        }
    }
}

macro_rules! stands {
    ($($handle:ty),+) => {
        $(impl Stand for $handle {
            fn fault(&self, fault: Fault) {
                <$handle>::fault(self, fault);
            }

            fn clear_faults(&self) {
                <$handle>::clear_faults(self);
            }

            fn requests(&self) -> Vec<RequestRecord> {
                <$handle>::requests(self)
            }

            fn wait(&self, runtime: &tokio::runtime::Runtime) {
                runtime.block_on(self.settled());
            }
        })+
    };
}

stands!(AlterCpa, CleverTap, Irev, Partnerize);
