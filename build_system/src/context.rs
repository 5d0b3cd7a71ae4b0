//! What every step needs: where things are, how progress is shown, whether Ctrl-C was pressed.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::toolchain::Toolchain;

pub struct Context {
    /// The checkout.
    pub root: PathBuf,
    /// What depends on the toolchain only, shared by all checkouts: `<cache root>/<rustc's commit>`.
    pub cache: PathBuf,
    pub toolchain: Toolchain,
    pub progress: Progress,
    pub interrupt: Interrupt,
}

impl Context {
    pub fn discover() -> anyhow::Result<Self> {
        let exe = std::env::current_exe().context("cannot find the build system's own path")?;
        // <checkout>/build_system/target/debug/y
        let root = exe.ancestors().nth(4).context("the build system must be run through ./y.sh")?.to_owned();
        let toolchain = Toolchain::discover(&root)?;
        let cache = cache_root()?.join(&toolchain.commit);
        fs::create_dir_all(&cache).with_context(|| format!("cannot make the cache {}", cache.display()))?;
        Ok(Context { root, cache, toolchain, progress: Progress::new(), interrupt: Interrupt::install()? })
    }

    /// The assembled result: `bin/rac`, `bin/ra-mir-export`, `lib/rac/std`.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    pub fn rac(&self) -> PathBuf {
        self.dist().join("bin/rac")
    }

    /// Keeps a second build of this checkout out until the returned file is closed.
    pub fn lock_checkout(&self) -> anyhow::Result<File> {
        self.lock(&self.root.join("target"))
    }

    /// Keeps other checkouts' builds out of the shared cache until the returned file is closed.
    pub fn lock_cache(&self) -> anyhow::Result<File> {
        self.lock(&self.cache)
    }

    fn lock(&self, dir: &Path) -> anyhow::Result<File> {
        fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let path = dir.join(".y-lock");
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("cannot lock {}", path.display()));
                }
            }
            if !told {
                self.progress.note(&format!("waiting for another ./y.sh, which holds {}", path.display()));
                told = true;
            }
            self.interrupt.check()?;
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }
}

fn cache_root() -> anyhow::Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let root = match (set("RAC_CACHE"), set("XDG_CACHE_HOME")) {
        (Some(root), _) => root,
        (None, Some(xdg)) => xdg.join("rac"),
        (None, None) => {
            set("HOME").context("set HOME or RAC_CACHE: there is no place for the cache")?.join(".cache/rac")
        }
    };
    std::path::absolute(&root).with_context(|| format!("bad cache path {}", root.display()))
}
