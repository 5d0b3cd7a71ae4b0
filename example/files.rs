//! Files, buffered input and output, paths, errors with `?`, environment, processes.

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

#[derive(Debug)]
enum AppError {
    Io(io::Error),
    Parse { line: usize, source: std::num::ParseIntError },
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppError::Io(e) => write!(f, "io: {:?}", e.kind()),
            AppError::Parse { line, source } => write!(f, "line {line}: {source}"),
        }
    }
}

impl Error for AppError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            AppError::Io(e) => Some(e),
            AppError::Parse { source, .. } => Some(source),
        }
    }
}

impl From<io::Error> for AppError {
    fn from(e: io::Error) -> Self {
        AppError::Io(e)
    }
}

fn sum(path: &Path) -> Result<i64, AppError> {
    let mut total = 0;
    for (i, line) in BufReader::new(File::open(path)?).lines().enumerate() {
        total += line?.trim().parse::<i64>().map_err(|source| AppError::Parse { line: i + 1, source })?;
    }
    Ok(total)
}

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::temp_dir().join(format!("rac-example-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let path = dir.join("numbers.txt");
    {
        let mut out = BufWriter::new(File::create(&path)?);
        for n in 1..=100 {
            writeln!(out, "{n}")?;
        }
    }
    println!("{}", sum(&path)?);
    fs::write(dir.join("bad.txt"), "1\n2\nthree\n")?;
    let error = sum(&dir.join("bad.txt")).unwrap_err();
    println!("{error}; {:?}", error.source().map(|e| e.to_string()));
    println!("{}", sum(&dir.join("missing.txt")).unwrap_err());

    let mut file = File::options().read(true).write(true).open(&path)?;
    file.seek(SeekFrom::End(-4))?;
    let mut tail = String::new();
    file.read_to_string(&mut tail)?;
    println!("{tail:?} {}", file.metadata()?.len());
    let mut names: Vec<_> = fs::read_dir(&dir)?.map(|e| e.map(|e| e.file_name())).collect::<Result<_, _>>()?;
    names.sort();
    println!("{names:?} {:?}", path.extension());
    fs::remove_dir_all(&dir)?;
    println!("{} {}", dir.exists(), std::env::args().count());

    let output = std::process::Command::new("sh").args(["-c", "echo out; exit 3"]).output()?;
    println!("{:?} {:?}", String::from_utf8(output.stdout)?, output.status.code());
    Ok(())
}
