//! Steps on the terminal: a bar with name, count and time where there is a terminal, plain lines where not.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How often a step that is not on a terminal tells where it is.
const PLAIN_INTERVAL: Duration = Duration::from_secs(30);

pub struct Progress {
    terminal: bool,
}

/// One running step. Dropped unfinished, it leaves no line behind.
pub struct Step {
    name: String,
    bar: Option<ProgressBar>,
    started: Instant,
    last_line: Instant,
    position: u64,
    total: u64,
}

impl Progress {
    pub fn new() -> Self {
        Progress { terminal: std::io::stderr().is_terminal() }
    }

    /// A line that is not a step.
    pub fn note(&self, text: &str) {
        eprintln!("{text}");
    }

    /// A step that has nothing to do.
    pub fn unchanged(&self, name: &str, what: &str) {
        eprintln!("  {name:<14} {what}");
    }

    pub fn step(&self, name: &str, what: &str) -> Step {
        let bar = self.terminal.then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(style("  {prefix:<14} {spinner} {elapsed} {wide_msg}"));
            bar.set_prefix(name.to_owned());
            bar.set_message(what.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if bar.is_none() {
            eprintln!("  {name:<14} {what} ...");
        }
        let now = Instant::now();
        Step { name: name.to_owned(), bar, started: now, last_line: now, position: 0, total: 0 }
    }
}

/// A template that is known to parse.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Step {
    /// Turns the spinner into a bar.
    pub fn set_total(&mut self, total: u64) {
        self.total = total;
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_style(style("  {prefix:<14} [{bar:24}] {pos}/{len} {elapsed} {wide_msg}"));
        }
    }

    pub fn set(&mut self, position: u64, message: &str) {
        self.position = position;
        if let Some(bar) = &self.bar {
            bar.set_position(position);
            bar.set_message(message.to_owned());
        } else if self.last_line.elapsed() >= PLAIN_INTERVAL {
            self.last_line = Instant::now();
            let of =
                if self.total > 0 { format!("{}/{}", self.position, self.total) } else { self.position.to_string() };
            eprintln!("  {:<14} {of} {message} ({})", self.name, duration(self.started.elapsed()));
        }
    }

    pub fn inc(&mut self, message: &str) {
        self.set(self.position + 1, message);
    }

    /// Ends the step with its one lasting line.
    pub fn finish(self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!("  {:<14} {what} ({})", self.name, duration(self.started.elapsed()));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// `0.4 s`, `12 s`, `3 min 07 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}
