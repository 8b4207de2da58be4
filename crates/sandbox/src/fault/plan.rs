//! The queue of faults of one server, and which of them strikes on a call.

use std::sync::Mutex;
use std::time::Duration;

use super::{Fault, Kind, Scope, Times, Twist};
use crate::sync::lock;

/// What a fault is matched against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallSite<'a> {
    pub(crate) method: &'a str,
    /// The whole path.
    pub(crate) path: &'a str,
    /// The path below the vendor's prefix, when it is below.
    pub(crate) relative: Option<&'a str>,
    pub(crate) operation: Option<&'a str>,
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    queue: Mutex<Vec<Armed>>,
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    skip: u32,
    left: Option<u32>,
}

/// What the plan has for a call.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// The fault that strikes.
    pub(crate) fault: Option<Fault>,
    /// After this call the port closes.
    pub(crate) then_refuse: Option<Refusal>,
}

/// How long the port is to be closed; without a time, until the faults are cleared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal {
    pub(crate) time: Option<Duration>,
}

impl Plan {
    pub(crate) fn push(&self, fault: Fault) {
        let left = match fault.times {
            Times::Unsaid => Some(1),
            Times::Count(count) => Some(count),
            Times::Always => None,
        };
        if left != Some(0) {
            lock(&self.queue).push(Armed { skip: fault.skip, fault, left });
        }
    }

    pub(crate) fn clear(&self) {
        lock(&self.queue).clear();
    }

    /// The faults that are still to strike, for the control API.
    pub(crate) fn pending(&self) -> Vec<(Fault, u32, Option<u32>)> {
        lock(&self.queue).iter().map(|armed| (armed.fault.clone(), armed.skip, armed.left)).collect()
    }

    /// Takes the fault for a call that has been read. `honours` says whether the vendor can play a twist here.
    pub(crate) fn take(&self, site: CallSite<'_>, honours: impl Fn(Twist) -> bool) -> Verdict {
        let mut queue = lock(&self.queue);
        let mut verdict = Verdict::default();
        queue.retain_mut(|armed| {
            if verdict.fault.is_some() || !armed.applies(site, &honours) {
                return true;
            }
            if armed.fault.kind == Kind::Refuse {
                armed.skip = armed.skip.saturating_sub(1);
                if armed.skip == 0 {
                    verdict.then_refuse = Some(Refusal { time: armed.fault.refusal_time() });
                }
                return armed.skip > 0;
            }
            if armed.skip > 0 {
                armed.skip -= 1;
                return true;
            }
            verdict.fault = Some(armed.fault.clone());
            armed.strike()
        });
        verdict
    }

    /// Takes the fault for a call of which nothing has been read, if the next to strike is of that sort; else nothing
    /// changes, and the call will meet `take` later.
    pub(crate) fn take_before_read(
        &self,
        site: CallSite<'_>,
        honours: impl Fn(Twist) -> bool,
    ) -> Option<Fault> {
        let mut queue = lock(&self.queue);
        let applying = |armed: &Armed| armed.applies(site, &honours) && armed.fault.kind != Kind::Refuse;
        let index = queue.iter().position(|armed| applying(armed) && armed.skip == 0)?;
        let armed = queue.get_mut(index).filter(|armed| armed.fault.kind == Kind::ResetBeforeRead)?;
        let fault = armed.fault.clone();
        if !armed.strike() {
            queue.remove(index);
        }
        // The faults before it let this call pass.
        for earlier in queue.iter_mut().take(index).filter(|armed| applying(armed)) {
            earlier.skip = earlier.skip.saturating_sub(1);
        }
        Some(fault)
    }

    /// Whether any fault needs a look at the request before it is read.
    pub(crate) fn watches_before_read(&self) -> bool {
        lock(&self.queue).iter().any(|armed| armed.fault.kind == Kind::ResetBeforeRead)
    }
}

impl Armed {
    fn applies(&self, site: CallSite<'_>, honours: &impl Fn(Twist) -> bool) -> bool {
        let plays = match self.fault.kind {
            Kind::Twist(twist) => honours(twist),
            _ => true,
        };
        plays && self.fault.scope.covers(site)
    }

    /// Counts one strike; says whether the fault stays in the queue.
    fn strike(&mut self) -> bool {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
        }
        self.left != Some(0)
    }
}

impl Scope {
    fn covers(&self, site: CallSite<'_>) -> bool {
        let method = self.method.as_deref().is_none_or(|method| method == site.method);
        let path = self.path.as_deref().is_none_or(|path| path == site.path || Some(path) == site.relative);
        let operation = self.operation.as_deref().is_none_or(|id| Some(id) == site.operation);
        method && path && operation
    }
}

#[cfg(test)]
mod tests {
    use super::{CallSite, Fault, Plan};

    fn site<'a>(method: &'a str, operation: &'a str) -> CallSite<'a> {
        CallSite { method, path: "/api/leads", relative: Some("/leads"), operation: Some(operation) }
    }

    fn names(plan: &Plan, calls: &[CallSite<'_>]) -> Vec<&'static str> {
        calls
            .iter()
            .map(|call| plan.take(*call, |_| false).fault.map_or("-", |fault| fault.kind.name(fault.commits)))
            .collect()
    }

    #[test]
    fn the_first_fault_in_the_queue_that_applies_takes_the_call() {
        let plan = Plan::default();
        plan.push(Fault::stall().on("post", "/leads"));
        plan.push(Fault::half_answer().times(2).after(1));
        plan.push(Fault::empty_page().always());
        let (get, post) = (site("GET", "listLeads"), site("POST", "pushLead"));
        assert_eq!(
            names(&plan, &[get, post, get, get, get]),
            ["-", "stall", "half_answer", "half_answer", "-"]
        );
    }

    #[test]
    fn a_fault_for_an_operation_leaves_the_others_alone() {
        let plan = Plan::default();
        plan.push(Fault::reset_after_commit().on_operation("pushLead").always());
        let (get, post) = (site("GET", "listLeads"), site("POST", "pushLead"));
        assert_eq!(names(&plan, &[get, post, post]), ["-", "reset_after_commit", "reset_after_commit"]);
    }

    #[test]
    fn a_reset_before_reading_waits_for_its_turn() {
        let plan = Plan::default();
        plan.push(Fault::stall());
        plan.push(Fault::reset_before_read());
        let call = site("GET", "listLeads");
        assert!(plan.take_before_read(call, |_| false).is_none());
        assert_eq!(names(&plan, &[call]), ["stall"]);
        assert!(plan.take_before_read(call, |_| false).is_some());
        assert!(!plan.watches_before_read());
    }

    #[test]
    fn a_call_that_is_reset_before_reading_has_passed_the_faults_before() {
        let plan = Plan::default();
        plan.push(Fault::stall().after(1));
        plan.push(Fault::reset_before_read());
        let call = site("GET", "listLeads");
        assert!(plan.take_before_read(call, |_| false).is_some());
        assert_eq!(names(&plan, &[call, call]), ["stall", "-"]);
    }

    #[test]
    fn zero_times_is_never() {
        let plan = Plan::default();
        plan.push(Fault::stall().times(0));
        assert_eq!(names(&plan, &[site("GET", "listLeads")]), ["-"]);
    }
}
