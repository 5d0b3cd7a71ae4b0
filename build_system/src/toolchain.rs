//! The active Rust toolchain, as its own `rustc -vV` describes it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

/// The release that rac follows: MIR, metadata and layouts are this compiler's and no other's.
pub const RELEASE: &str = "1.95.0";
const COMMIT: &str = "59807616e1fa2540724bfbac14d7976d7e4a3860";

pub struct Toolchain {
    pub sysroot: PathBuf,
    pub commit: String,
    pub commit_date: String,
    pub release: String,
    pub host: String,
}

impl Toolchain {
    /// Asks the rustc that the checkout's `rust-toolchain.toml` selects.
    pub fn discover(checkout: &Path) -> anyhow::Result<Self> {
        let verbose = ask(checkout, &["-vV"])?;
        let field = |name: &str| {
            verbose
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                .map(str::to_owned)
                .with_context(|| format!("`rustc -vV` prints no {name}"))
        };
        let toolchain = Toolchain {
            sysroot: PathBuf::from(ask(checkout, &["--print", "sysroot"])?.trim()),
            commit: field("commit-hash")?,
            commit_date: field("commit-date")?,
            release: field("release")?,
            host: field("host")?,
        };
        if toolchain.commit != COMMIT {
            bail!(
                "rustc {} ({}) is active, but rac needs {RELEASE} ({}): run `rustup toolchain install {RELEASE}`",
                toolchain.release,
                short(&toolchain.commit),
                short(COMMIT),
            );
        }
        if toolchain.host != "x86_64-unknown-linux-gnu" {
            bail!("rac runs on x86_64-unknown-linux-gnu only, and this toolchain's host is {}", toolchain.host);
        }
        Ok(toolchain)
    }

    /// What rustc's own build passes as `CFG_VERSION`; metadata is readable only under an equal one.
    pub fn version_string(&self) -> String {
        format!("{} ({} {})", self.release, short(&self.commit), self.commit_date)
    }

    /// A program of the toolchain itself, past rustup's proxies, whatever the working directory selects.
    pub fn program(&self, name: &str) -> Command {
        let bin = self.sysroot.join("bin");
        let mut command = Command::new(bin.join(name));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path)));
        if let Ok(path) = path {
            command.env("PATH", path);
        }
        command
    }

    /// Where std's rlibs are, and `rustc-dev`'s metadata where that component is installed.
    pub fn target_lib(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(&self.host).join("lib")
    }

    /// Whether rustup's component `rustc-dev` is installed.
    pub fn has_rustc_dev(&self) -> bool {
        std::fs::read_dir(self.target_lib()).is_ok_and(|entries| {
            entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("librustc_middle-"))
        })
    }
}

fn short(commit: &str) -> &str {
    &commit[..commit.len().min(9)]
}

fn ask(checkout: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("rustc")
        .args(args)
        .current_dir(checkout)
        .output()
        .context("cannot run rustc: install Rust by rustup (https://rustup.rs)")?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        bail!(
            "rustc does not run ({}): run `rustup toolchain install {RELEASE}`",
            message.lines().last().unwrap_or_default().trim_start_matches("error: "),
        );
    }
    String::from_utf8(output.stdout).context("rustc's answer is not UTF-8")
}
