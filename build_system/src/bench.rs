//! stub
use crate::context::Context;
#[derive(clap::Args)]
pub struct BenchArgs {}
pub fn run(_: &Context, _: &BenchArgs) -> anyhow::Result<()> { Ok(()) }
