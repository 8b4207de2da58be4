//! The file jobs and readings: what they print, and the journals, rejected rows and half-read files that they leave.

use std::fs;

use afflux_probe::server::Server;

use crate::{run, trouble};

const LEADS: &str = "ip,country_code,email,aff_sub\n203.0.113.7,DE,ana@example.com,c-1\n";
const POSTBACKS: &str = "action,click,exto,status,stw,wm,cc\ncreate,9001,A-1,,hold,10.50,EUR\n";
const INSTALLS: &str = "event_type,device_identifier,platform,partner_name,utm_source\n\
    inorganic_install,__dev1,android,acme,spring\n";
const RECORDS: &str =
    "{\"identity\":\"u1\",\"type\":\"event\",\"evtName\":\"Seen\",\"ts\":1660717763,\"evtData\":{\"n\":1}}\n";

const JOBS: [&[&str]; 10] = [
    &["irev", "push", "leads.csv"],
    &["altercpa", "postbacks", "postbacks.csv"],
    &["clevertap", "attribute", "installs.csv"],
    &["clevertap", "upload", "records.jsonl"],
    &["irev", "leads", "-o", "read.jsonl"],
    &["irev", "goal-types"],
    &[
        "clevertap",
        "events",
        "--event",
        "Charged",
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-20",
        "-o",
        "r.jsonl",
    ],
    &["partnerize", "conversions", "--range", "this month", "-o", "conversions.csv"],
    &["partnerize", "export", "clicks", "--from", "2026-01-01", "--to", "2026-02-01", "-o", "clicks.csv"],
    &["partnerize", "campaigns"],
];

#[test]
fn no_job_shows_a_secret_or_leaves_one_behind() {
    // What is tried again would take the program's own patience; what is not says as much.
    for (name, codes) in [("no permission", &[1][..]), ("refused", &[1]), ("a redirect to itself", &[1, 4])] {
        let server = Server::start(trouble(name).answer);
        for job in JOBS {
            for json in [&[][..], &["--json"]] {
                let folder = tempfile::tempdir().unwrap();
                for (name, content) in [
                    ("leads.csv", LEADS),
                    ("postbacks.csv", POSTBACKS),
                    ("installs.csv", INSTALLS),
                    ("records.jsonl", RECORDS),
                ] {
                    fs::write(folder.path().join(name), content).unwrap();
                }
                let before = server.requests().len();
                let (code, said) = run(folder.path(), &server.url(), &[job, json].concat());
                assert!(codes.contains(&code), "{name}, {job:?}: {code} {said}");
                assert!(server.requests().len() > before, "{name}, {job:?} sent nothing: {said}");
                let written = fs::read_dir(folder.path()).unwrap().count();
                assert!(written > 4 || job[1] != "push", "{name}, {job:?} keeps no journal");
            }
        }
    }
}
