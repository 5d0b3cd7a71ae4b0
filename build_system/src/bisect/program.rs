//! A program, compiled by rac and by a reference to one object each, and linked again from changed objects.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::{ProgramArgs, Reference, mixture};
use crate::cg_clif::CgClif;
use crate::context::Context;
use crate::exec::{self, Limits};

const COMPILE_TIME: Duration = Duration::from_secs(300);

pub struct Program {
    file: PathBuf,
    args: Vec<String>,
    rac: PathBuf,
    rac_args: Vec<String>,
    pub reference: Reference,
    /// Everything that is made goes here.
    pub out: PathBuf,
}

/// What the compilers made of a program.
pub struct Compiled {
    pub rac: PathBuf,
    pub reference: PathBuf,
    /// rac's linker command, whose objects are to be replaced.
    link: Vec<String>,
}

impl Compiled {
    /// rac's object and the reference's.
    pub fn objects(&self) -> anyhow::Result<[Vec<u8>; 2]> {
        let read = |path: &PathBuf| {
            let object = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            mixture::without_groups(object).with_context(|| format!("in {}", path.display()))
        };
        Ok([read(&self.rac)?, read(&self.reference)?])
    }
}

impl Program {
    pub fn new(cx: &Context, args: &ProgramArgs) -> anyhow::Result<Program> {
        let file = std::path::absolute(&args.file).with_context(|| format!("bad path {}", args.file.display()))?;
        let name = file.file_stem().with_context(|| format!("{} is no file", file.display()))?;
        let out = match &args.out {
            Some(out) => std::path::absolute(out).with_context(|| format!("bad path {}", out.display()))?,
            None => cx.root.join("target/bisect").join(name),
        };
        fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
        Ok(Program {
            file,
            args: args.args.clone(),
            rac: args.rac.clone().unwrap_or_else(|| cx.rac()),
            rac_args: args.rac_args.clone(),
            reference: args.reference,
            out,
        })
    }

    /// A command that compiles the program with rac, but for what it makes.
    pub fn rac(&self) -> Command {
        let mut command = Command::new(&self.rac);
        command.arg(&self.file).args(&self.args).args(&self.rac_args).arg("-Ccodegen-units=1").current_dir(&self.out);
        command
    }

    /// The same of the reference.
    pub fn reference(&self, cx: &Context) -> anyhow::Result<Command> {
        let mut command = match self.reference {
            Reference::CgClif => match CgClif::find(cx) {
                Some(cg_clif) => cg_clif.command(cx),
                None => bail!("cg_clif is not built: run `./y.sh prepare --cg-clif`, or take `--reference llvm`"),
            },
            Reference::Llvm => cx.toolchain.program("rustc"),
        };
        command
            .arg(&self.file)
            .args(&self.args)
            .args(["-Ccodegen-units=1", "-Csymbol-mangling-version=v0", "-Cdebuginfo=0"])
            .current_dir(&self.out);
        Ok(command)
    }

    pub fn compile(&self, cx: &Context) -> anyhow::Result<Compiled> {
        let executable = self.out.join("rac");
        let mut rac = self.rac();
        rac.args(["-Csave-temps", "--print", "link-args", "-o"]).arg(&executable);
        let printed = run(cx, &mut rac, "rac")?;
        let line = printed.lines().find(|line| line.contains(".rcgu.o")).context("rac printed no linker command")?;
        let link = shlex::split(line).context("rac's linker command is badly quoted")?;
        let own = link.iter().find(|word| word.ends_with(".0.rcgu.o")).context("rac made no object")?.clone();
        let reference = self.out.join("reference.o");
        let mut command = self.reference(cx)?;
        command.arg("--emit=obj").arg("-o").arg(&reference);
        run(cx, &mut command, self.reference.name())?;
        Ok(Compiled { rac: self.out.join(own), reference, link })
    }

    /// Links `objects` in the place of rac's own.
    pub fn link(&self, cx: &Context, compiled: &Compiled, objects: &[Vec<u8>]) -> anyhow::Result<PathBuf> {
        let executable = self.out.join("mixture");
        let mut command = Command::new(&compiled.link[0]);
        command.current_dir(&self.out);
        let mut words = compiled.link[1..].iter();
        while let Some(word) = words.next() {
            if word == "-o" {
                words.next();
                command.arg("-o").arg(&executable);
            } else if self.out.join(word) == compiled.rac {
                for (i, object) in objects.iter().enumerate() {
                    let path = self.out.join(format!("mixture.{i}.o"));
                    fs::write(&path, object).with_context(|| format!("cannot write {}", path.display()))?;
                    command.arg(path);
                }
            } else {
                command.arg(word);
            }
        }
        run(cx, &mut command, "the linker")?;
        Ok(executable)
    }
}

/// Runs a tool that must succeed; gives what it printed.
pub fn run(cx: &Context, command: &mut Command, name: &str) -> anyhow::Result<String> {
    let limits = Limits { time: Some(COMPILE_TIME), ..Limits::default() };
    let finished = exec::run(command, &limits, &cx.interrupt)?;
    if !finished.outcome.success() {
        eprint!("{}", String::from_utf8_lossy(&finished.stderr));
        bail!("{name} failed: {}", finished.outcome);
    }
    Ok(String::from_utf8_lossy(&finished.stdout).into_owned())
}
