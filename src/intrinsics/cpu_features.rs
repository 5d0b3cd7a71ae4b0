//! CPU features of which rac does not have the instructions. A program that asks for one at run time, with
//! `is_x86_feature_detected!`, is told that the CPU lacks it, and does what it does on such CPUs.
//!
//! All questions end in `std_detect::detect::cache::test`, of which each crate that asks has a copy; rustc's MIR
//! inliner finds it too large. The copy answers for these features before it looks at what is known of the CPU, which
//! it shares with the std that rustc compiled. What the options enable (`-C target-feature`) is not asked for, and
//! `cpuid` tells the truth: it is an instruction like others, with more to say than this.
//!
//! Must not know which crate asks. Semantics: `library/std_detect/src/detect`; what a feature has is in
//! `library/stdarch/crates/core_arch/src/x86` and `x86_64`, what rac has of it in [`super::llvm_x86`].

use crate::adapter::{Error, Result};
use crate::prelude::*;
use cranelift_frontend::Switch;

/// By the names of std's `Feature`. What is not here stays as the CPU says. Where rac has a part:
///
/// - `gfni`, `vaes`, `vpclmulqdq` lack the forms of 512 bits. These need `avx512f` as well, for which a program has to
///   ask: there are CPUs with the three and without AVX-512. So they stay.
/// - `xsave` lacks `_xsetbv`, which only a kernel can execute, and stays; all of `xsaves` is like that.
/// - `rtm` is of no use without `_xbegin` and `_xabort`. Of `tbm` only `_bextri_u32` and `_bextri_u64` are missing, but
///   nothing says that a program gets by without them.
/// - `avx512vpopcntdq` and most of `avx512bitalg` would do, but are used together with the rest of AVX-512.
/// - `avx512er`, `avx512pf`, `avx10_1` and `avx10_2` have no intrinsics of their own, but mean that the rest of AVX-512
///   is there. `apxf`, `ermsb`, `mmx`, `movbe`, `movrs`, `xop` have none either, so that none is missing: they stay.
const ABSENT: &[&str] = &[
    "avx512f",
    "avx512cd",
    "avx512er",
    "avx512pf",
    "avx512bw",
    "avx512dq",
    "avx512vl",
    "avx512ifma",
    "avx512vbmi",
    "avx512vpopcntdq",
    "avx512vbmi2",
    "avx512vnni",
    "avx512bitalg",
    "avx512bf16",
    "avx512vp2intersect",
    "avx512fp16",
    "avx10_1",
    "avx10_2",
    "avxifma",
    "avxneconvert",
    "avxvnni",
    "avxvnniint16",
    "avxvnniint8",
    "sha512",
    "sm3",
    "sm4",
    "amx_tile",
    "amx_int8",
    "amx_bf16",
    "amx_fp16",
    "amx_complex",
    "amx_avx512",
    "amx_fp8",
    "amx_movrs",
    "amx_tf32",
    "kl",
    "widekl",
    "rtm",
    "tbm",
    "xsaves",
];

/// In the function that tells whether the CPU has a feature: returns `false` for those that rac does not have, and goes
/// on with the body for the others. Elsewhere does nothing. The arguments are in their places.
pub(crate) fn codegen_absent_features(fx: &mut FunctionCx<'_, '_, '_>) {
    if !is_feature_test(fx.tcx, fx.instance).or_fatal() {
        return;
    }
    let feature = fx.get_local_place(Local(1)).to_cvalue(fx).load_scalar(fx);
    let body = fx.bcx.create_block();
    let absent = fx.bcx.create_block();
    let mut switch = Switch::new();
    for discr in absent_features(fx.tcx, fx.instance.def_id().krate).or_fatal() {
        switch.set_entry(discr, absent);
    }
    switch.emit(&mut fx.bcx, feature, body);

    fx.bcx.switch_to_block(absent);
    let result = fx.get_local_place(Local::RETURN);
    let no = CValue::const_val(fx, result.layout(), ScalarInt { data: 0, size: 1 });
    result.write_cvalue(fx, no);
    crate::abi::codegen_return(fx);
    fx.bcx.switch_to_block(body);
}

/// Whether that is `fn test(feature: u32) -> bool` of std.
fn is_feature_test(tcx: TyCtxt<'_>, instance: Instance) -> Result<bool> {
    let InstanceKind::Item(def) = instance.def else { return Ok(false) };
    if tcx.store.crate_dep(def.krate).name != "std_detect"
        || tcx.store.def_path_str(def) != "std_detect::detect::cache::test"
    {
        return Ok(false);
    }
    // Others may have a crate of this name. The standard library's files are in one directory.
    let directory = |num| Ok::<_, Error>(tcx.store.krate(num)?.loaded.path().parent());
    let core = tcx.store.require_lang_item("sized")?.krate;
    Ok(directory(def.krate)? == directory(core)?)
}

/// The discriminants of [`ABSENT`].
fn absent_features(tcx: TyCtxt<'_>, std_detect: CrateNum) -> Result<Vec<u128>> {
    let mut at = DefId { krate: std_detect, index: DefIndex(0) };
    for name in ["detect", "arch", "x86", "Feature"] {
        let name = DefPathData::TypeNs(tcx.sym(name));
        let mut found = None;
        for &index in tcx.store.children(at)? {
            let child = DefId { krate: std_detect, index };
            if tcx.store.def_key(child)?.data == name {
                found = Some(child);
            }
        }
        let Some(child) = found else { bug!("{} has no {name:?}", tcx.store.def_path_str(at)) };
        at = child;
    }
    let variants = &tcx.adt_def(at)?.variants;
    let discr_of = |&name: &&str| match variants.iter().find(|variant| tcx.str(variant.name) == name) {
        Some(variant) => variant.discr,
        None => bug!("std knows no feature {name}"),
    };
    Ok(ABSENT.iter().map(discr_of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::testing::TestCrate;

    /// A crate with what is used of std's; its `Feature` has one more variant, as the first.
    fn std_detect(name: &str) -> TestCrate {
        let mut text = format!("crate 0 {name}\n");
        text += &format!("extern 0 {{ name: {name:?}, stable_crate_id: 1, svh: 0x{:032x} }}\n", 1);
        text += "def 0 { data: CrateRoot, local_hash: 0 }\n";
        let tree = [
            (0, "TypeNs(detect)"),
            (1, "TypeNs(cache)"),
            (2, "ValueNs(test)"),
            (2, "ValueNs(test_bit)"),
            (1, "TypeNs(arch)"),
            (5, "TypeNs(x86)"),
            (6, "TypeNs(Feature)"),
            (0, "TypeNs(Sized)"),
        ];
        for (i, (parent, data)) in tree.into_iter().enumerate() {
            text += &format!("def {} {{ parent: {parent}, data: {data}, local_hash: 0 }}\n", i + 1);
        }
        let mut variants = String::new();
        for (discr, feature) in std::iter::once(&"sse2").chain(ABSENT).enumerate() {
            text += &format!("def {} {{ parent: 7, data: TypeNs({feature}), local_hash: 0 }}\n", discr + 9);
            let def_id = format!("{name}::detect::arch::x86::Feature::{feature}");
            variants += &format!("{{ def_id: {def_id}, name: {feature}, discr: {discr} }},");
        }
        text += &format!("root {{ name: {name}, stable_crate_id: 1, lang_items: [(sized, {name}::Sized)] }}\n");
        let data = format!("Adt {{ kind: Enum, repr: {{}}, variants: [{variants}] }}");
        text += &format!("item {name}::detect::arch::x86::Feature {{ data: {data} }}\n");
        TestCrate::new(&text)
    }

    #[test]
    fn stds_question_is_known_by_its_path() {
        let is_test = |name: &str, path: &str| {
            let krate = std_detect(name);
            let instance = Instance::new(krate.def(&format!("{name}::{path}")), Args::EMPTY);
            is_feature_test(&krate.tcx, instance).expect("the definitions can be read")
        };
        assert!(is_test("std_detect", "detect::cache::test"));
        assert!(!is_test("std_detect", "detect::cache::test_bit"));
        assert!(!is_test("detector", "detect::cache::test"));
    }

    #[test]
    fn features_have_the_discriminants_of_stds_enum() {
        let krate = std_detect("std_detect");
        let discrs = absent_features(&krate.tcx, krate.tcx.store.local).expect("the enum can be read");
        assert_eq!(discrs, (1..=ABSENT.len() as u128).collect::<Vec<_>>());
    }
}
