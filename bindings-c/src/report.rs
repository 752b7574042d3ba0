//! Reports

use reqtrail::openstack::{OperationReport, Verdict};

use crate::memory::free;
use crate::numbers::{number, numbered};
use crate::text::Texts;
use crate::trail::reqtrail_trail;

/// The result of an operation. All threads may read it at the same time; what its functions return is borrowed from it
/// and lives until it is freed.
pub struct reqtrail_report {
    json: String,
    text: Option<String>,
    verdict: i32,
    apparent: i32,
    request_id: Option<String>,
    trails: Vec<reqtrail_trail>,
    texts: Texts<3>,
}

numbered! { usize:
    JSON TEXT REQUEST_ID
}

impl reqtrail_report {
    /// The handle of a report; `None` if it has no value, only an error.
    pub(crate) fn new(report: OperationReport) -> Option<Self> {
        let verdict = |verdict: Option<Verdict>| verdict.map_or(0, |it| number(it.number()));
        (!report.json.is_empty()).then(|| Self {
            json: report.json,
            text: report.text,
            verdict: verdict(report.verdict),
            apparent: verdict(report.apparent),
            request_id: report.request_id,
            trails: report.trails.into_iter().map(reqtrail_trail::new).collect(),
            texts: Texts::default(),
        })
    }
}

export! {
    /// Returns the whole report as JSON, the same in every language: a server, an action, a page of actions ("actions"
    /// and "next"), or for `follow`, `explain` and `explain_resource` what schema/openstack.schema.json describes.
    fn reqtrail_report_json(report: &reqtrail_report) -> text[JSON] { Some(&report.json) }

    /// Returns the text for a ticket, at most 100 columns wide and without secrets or stack traces; NULL for plain
    /// reads.
    fn reqtrail_report_text(report: &reqtrail_report) -> text[TEXT] { report.text.as_ref() }

    /// Returns what became of the action that was followed, a REQTRAIL_VERDICT_*; 0 for other operations.
    fn reqtrail_report_verdict(report: &reqtrail_report) -> i32 { Some(report.verdict) }

    /// Returns how the action that was followed seems to have ended if nothing proves it, as after a reboot: a
    /// REQTRAIL_VERDICT_*; else 0.
    fn reqtrail_report_apparent(report: &reqtrail_report) -> i32 { Some(report.apparent) }

    /// Returns the request ID of the action that was followed, the one to give to the operator; else NULL.
    fn reqtrail_report_request_id(report: &reqtrail_report) -> text[REQUEST_ID] { report.request_id.as_ref() }

    /// Returns how many calls the operation made.
    fn reqtrail_report_trail_count(report: &reqtrail_report) -> usize { Some(report.trails.len()) }

    /// Returns the trail of the call at an index, from 0, which is borrowed from the report; NULL beyond the last.
    fn reqtrail_report_trail(report: &reqtrail_report, index: usize) -> *const reqtrail_trail {
        report.trails.get(index).map(std::ptr::from_ref)
    }

    /// Frees a report and all that was borrowed from it. NULL is allowed.
    fn reqtrail_report_free(report: *mut reqtrail_report) { free(report); }
}
