//! The progress bar: on stderr, and only if a person is looking.

use std::{
    fmt::Write,
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::console::Console;

fn rate(state: &ProgressState, out: &mut dyn Write) {
    let _ = write!(out, "{:.0}/s", state.per_sec());
}

/// A bar over the rows of a job; nothing where nobody looks.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Starts a bar of `rows` rows.
    pub(crate) fn start(console: Console, what: String, rows: u64) -> Self {
        if console.json || !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(rows), ProgressDrawTarget::stderr());
        let style =
            ProgressStyle::with_template("{msg}  {bar:22}  {percent:>3}%  {pos}/{len}  {rate}  {left} left");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("█▌░").with_key("rate", rate).with_key(
                "left",
                |state: &ProgressState, out: &mut dyn Write| {
                    let seconds = state.eta().as_secs();
                    let _ = write!(out, "{}:{:02}", seconds / 60, seconds % 60);
                },
            ));
        }
        bar.set_message(what);
        Self(bar)
    }

    /// Counts bytes of which nobody knows how many there will be.
    pub(crate) fn receiving(console: Console, what: String) -> Self {
        Self::open_ended(console, what, "{spinner} {msg}  {bytes}  {bytes_per_sec}")
    }

    /// Counts rows of which nobody knows how many there will be.
    pub(crate) fn counting(console: Console, what: String) -> Self {
        Self::open_ended(console, what, "{spinner} {msg}  {pos} rows  {rate}")
    }

    fn open_ended(console: Console, what: String, template: &str) -> Self {
        if console.json || !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("rate", rate));
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// One row more is done.
    pub(crate) fn tick(&self) {
        self.0.inc(1);
    }

    /// So much is done.
    pub(crate) fn at(&self, done: u64) {
        self.0.set_position(done);
    }

    /// What is going on, behind the bar's name.
    pub(crate) fn told(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    /// Says something above the bar.
    pub(crate) fn say(&self, console: Console, text: &str) {
        self.0.suspend(|| console.say(text));
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
