//! LLVM's intrinsics for x86. Nearly all are one instruction: they are given as assembly, and compiled as `asm!` is.
//! Semantics: Intel's Software Developer's Manual; `library/stdarch/crates/core_arch/src/x86` has the signatures.

use super::IntrinsicCall;
use super::simd::is_simd;
use crate::base::codegen_operand;
use crate::inline_asm::{CInlineAsmOperand, Reg, RegOrClass, TemplatePiece, codegen_inline_asm_inner};
use crate::prelude::*;

/// Generates the call of `llvm.x86.{name}` if it is known.
pub(super) fn codegen_x86_llvm_intrinsic_call<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    name: &str,
    call: &IntrinsicCall<'_, 'tcx>,
) -> bool {
    match name {
        // Hints.
        "sse2.pause" | "avx.vzeroupper" => return true,
        "sse.sfence" | "sse2.lfence" | "sse2.mfence" => {
            fx.bcx.ins().fence();
            return true;
        }
        "addcarry.32" | "addcarry.64" | "subborrow.32" | "subborrow.64" => {
            let [carry, a, b] = call.scalars(fx);
            let carry = codegen_icmp_imm(fx, IntCC::NotEqual, carry, 0);
            let ty = fx.bcx.func.dfg.value_type(a);
            let carry = fx.bcx.ins().uextend(ty, carry);
            let (res, carry_out) = if name.starts_with("add") {
                let (sum, first) = fx.bcx.ins().uadd_overflow(a, b);
                let (sum, second) = fx.bcx.ins().uadd_overflow(sum, carry);
                (sum, fx.bcx.ins().bor(first, second))
            } else {
                let (diff, first) = fx.bcx.ins().usub_overflow(a, b);
                let (diff, second) = fx.bcx.ins().usub_overflow(diff, carry);
                (diff, fx.bcx.ins().bor(first, second))
            };
            ret_field(fx, call, 0, carry_out);
            ret_field(fx, call, 1, res);
            return true;
        }
        _ => {}
    }
    if let Some(asm) = float_comparison(name) {
        codegen_asm(fx, call, &asm);
        return true;
    }
    if let Some((_, asm)) = INSTRUCTIONS.iter().find(|(known, _)| *known == name) {
        codegen_asm(fx, call, asm);
        return true;
    }
    false
}

fn ret_field<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>, field: u32, val: Value) {
    let place = call.ret.place_field(fx, FieldIdx(field));
    let layout = place.layout();
    place.write_cvalue(fx, CValue::by_val(val, layout));
}

/// `sse.comilt.ss` and its like: comparisons of the lowest lanes that give an integer.
fn float_comparison(name: &str) -> Option<String> {
    let rest = name.strip_prefix("sse2.").or_else(|| name.strip_prefix("sse."))?;
    let (op, ty) = rest.split_once('.')?;
    let (mnemonic, cc) = match op.strip_prefix("ucomi") {
        Some(cc) => ("ucomi", cc),
        None => ("comi", op.strip_prefix("comi")?),
    };
    // Unordered operands set the flags of "below" and "equal", so that all is asked as "above".
    Some(match cc {
        "eq" => format!("{mnemonic}{ty} {{0}}, {{1}}; sete al; setnp cl; and al, cl; movzx eax, al"),
        "neq" => format!("{mnemonic}{ty} {{0}}, {{1}}; setne al; setp cl; or al, cl; movzx eax, al"),
        "lt" => format!("{mnemonic}{ty} {{1}}, {{0}}; seta al; movzx eax, al"),
        "le" => format!("{mnemonic}{ty} {{1}}, {{0}}; setae al; movzx eax, al"),
        "gt" => format!("{mnemonic}{ty} {{0}}, {{1}}; seta al; movzx eax, al"),
        "ge" => format!("{mnemonic}{ty} {{0}}, {{1}}; setae al; movzx eax, al"),
        _ => return None,
    })
}

/// The general-purpose registers that arguments are in, by position; `rcx` as the second half of a result.
const GPR_ARGS: [Reg; 5] = [Reg::AX, Reg::DX, Reg::CX, Reg::SI, Reg::DI];

/// Compiles one of [`INSTRUCTIONS`].
fn codegen_asm<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>, asm: &str) {
    let mut operands = Vec::new();
    // What `{i}` stands for.
    let mut names = Vec::new();
    for (i, arg) in call.args.iter().enumerate() {
        if asm.contains(&format!("{{i{i}}}")) {
            let Some(imm) = const_operand(fx, arg) else {
                fatal(format!("argument {i} of {} is not constant", call.name))
            };
            names.push((format!("{{i{i}}}"), (imm as u8).to_string()));
            continue;
        }
        let value = codegen_operand(fx, arg);
        let (reg, text) = register(fx, value.layout(), i);
        names.push((format!("{{{i}}}"), text));
        operands.push(CInlineAsmOperand::In { reg: RegOrClass::Reg(reg), value });
    }
    let mut result = |fx: &FunctionCx<'_, '_, 'tcx>, place: CPlace<'tcx>, reg: Option<Reg>| {
        let (default, text) = register(fx, place.layout(), 0);
        if reg.is_none() {
            names.push(("{r}".to_owned(), text));
        }
        let reg = RegOrClass::Reg(reg.unwrap_or(default));
        operands.push(CInlineAsmOperand::Out { reg, late: true, place: Some(place) });
    };
    match fx.kind(call.ret.layout().ty) {
        TyKind::Tuple(fields) if !fields.is_empty() => {
            let first = call.ret.place_field(fx, FieldIdx(0));
            let second = call.ret.place_field(fx, FieldIdx(1));
            result(fx, first, None);
            result(fx, second, Some(Reg::CX));
        }
        _ if call.ret.layout().is_zst() => {}
        _ => result(fx, call.ret, None),
    }

    let mut text = asm.to_owned();
    for (name, reg) in &names {
        text = text.replace(name, reg);
    }
    let text = text.replace("; ", "\n    ");
    let template = [TemplatePiece::Text(&text)];
    codegen_inline_asm_inner(fx, &template, operands, 0, UnwindAction::Unreachable, call.source_info);
}

/// The register of argument `i`, and its name for the argument's size.
fn register(fx: &FunctionCx<'_, '_, '_>, layout: TyAndLayout<'_>, i: usize) -> (Reg, String) {
    let size = layout.size.bytes();
    if is_simd(fx, layout.ty) {
        let reg = Reg::vector(size, i as u8);
        return (reg, reg.emit(None));
    }
    let reg = GPR_ARGS[i];
    let modifier = match size {
        1 => 'l',
        2 => 'x',
        4 => 'e',
        _ => 'r',
    };
    (reg, reg.emit(Some(modifier)))
}

/// The value of an operand that is an integer constant, directly or through a local that is assigned once.
fn const_operand(fx: &FunctionCx<'_, '_, '_>, operand: &Operand) -> Option<u128> {
    match operand {
        Operand::Constant(ct) => match fx.tcx.eval_mir_const(&ct.const_, fx.instance.args).or_fatal() {
            ConstValue::Scalar(ramir::Scalar::Int(int)) => Some(int.data),
            _ => None,
        },
        Operand::Copy(place) | Operand::Move(place) => {
            let local = place.as_local()?;
            let mut assignments = fx.mir.blocks.iter().flat_map(|block| &block.statements).filter_map(|statement| {
                match &statement.kind {
                    StatementKind::Assign(to, rvalue) if to.local == local => Some(rvalue),
                    _ => None,
                }
            });
            match (assignments.next()?, assignments.next()) {
                (Rvalue::Use(operand) | Rvalue::Cast(CastKind::IntToInt, operand, _), None) => {
                    const_operand(fx, operand)
                }
                _ => None,
            }
        }
        Operand::RuntimeChecks(_) => None,
    }
}

/// Instructions by LLVM's name. `{n}` is the register of argument `n`: `xmm{n}` or `ymm{n}` for vectors, else `rax`, `rdx`,
/// `rcx`, `rsi`, `rdi` by position, under the name for its size. `{in}` is argument `n`, a constant. `{r}` is the result:
/// `xmm0`, `ymm0` or `rax`; the second half of a pair is in `rcx`.
#[rustfmt::skip]
const INSTRUCTIONS: &[(&str, &str)] = &[
    ("sse.rcp.ss", "rcpss {0}, {0}"),
    ("sse.rcp.ps", "rcpps {r}, {0}"),
    ("sse.rsqrt.ss", "rsqrtss {0}, {0}"),
    ("sse.rsqrt.ps", "rsqrtps {r}, {0}"),
    ("sse.min.ss", "minss {0}, {1}"),
    ("sse.min.ps", "minps {0}, {1}"),
    ("sse.max.ss", "maxss {0}, {1}"),
    ("sse.max.ps", "maxps {0}, {1}"),
    ("sse.cmp.ss", "cmpss {0}, {1}, {i2}"),
    ("sse.cmp.ps", "cmpps {0}, {1}, {i2}"),
    ("sse.cvtss2si", "cvtss2si {r}, {0}"),
    ("sse.cvttss2si", "cvttss2si {r}, {0}"),
    ("sse.cvtss2si64", "cvtss2si {r}, {0}"),
    ("sse.cvttss2si64", "cvttss2si {r}, {0}"),
    ("sse.stmxcsr", "stmxcsr [{0}]"),
    ("sse.ldmxcsr", "ldmxcsr [{0}]"),

    ("sse2.clflush", "clflush [{0}]"),
    ("sse2.pmadd.wd", "pmaddwd {0}, {1}"),
    ("sse2.psad.bw", "psadbw {0}, {1}"),
    ("sse2.psll.w", "psllw {0}, {1}"),
    ("sse2.psll.d", "pslld {0}, {1}"),
    ("sse2.psll.q", "psllq {0}, {1}"),
    ("sse2.psra.w", "psraw {0}, {1}"),
    ("sse2.psra.d", "psrad {0}, {1}"),
    ("sse2.psrl.w", "psrlw {0}, {1}"),
    ("sse2.psrl.d", "psrld {0}, {1}"),
    ("sse2.psrl.q", "psrlq {0}, {1}"),
    ("sse2.cvtps2dq", "cvtps2dq {r}, {0}"),
    ("sse2.cvttps2dq", "cvttps2dq {r}, {0}"),
    ("sse2.cvtpd2dq", "cvtpd2dq {r}, {0}"),
    ("sse2.cvttpd2dq", "cvttpd2dq {r}, {0}"),
    ("sse2.cvtsd2si", "cvtsd2si {r}, {0}"),
    ("sse2.cvttsd2si", "cvttsd2si {r}, {0}"),
    ("sse2.cvtsd2si64", "cvtsd2si {r}, {0}"),
    ("sse2.cvttsd2si64", "cvttsd2si {r}, {0}"),
    ("sse2.cvtsd2ss", "cvtsd2ss {0}, {1}"),
    ("sse2.maskmov.dqu", "mov rdi, {2}; maskmovdqu {0}, {1}"),
    ("sse2.packsswb.128", "packsswb {0}, {1}"),
    ("sse2.packssdw.128", "packssdw {0}, {1}"),
    ("sse2.packuswb.128", "packuswb {0}, {1}"),
    ("sse2.max.sd", "maxsd {0}, {1}"),
    ("sse2.max.pd", "maxpd {0}, {1}"),
    ("sse2.min.sd", "minsd {0}, {1}"),
    ("sse2.min.pd", "minpd {0}, {1}"),
    ("sse2.cmp.sd", "cmpsd {0}, {1}, {i2}"),
    ("sse2.cmp.pd", "cmppd {0}, {1}, {i2}"),

    ("sse3.ldu.dq", "lddqu {r}, [{0}]"),
    ("ssse3.pshuf.b.128", "pshufb {0}, {1}"),
    ("ssse3.pmadd.ub.sw.128", "pmaddubsw {0}, {1}"),
    ("ssse3.pmul.hr.sw.128", "pmulhrsw {0}, {1}"),
    ("ssse3.psign.b.128", "psignb {0}, {1}"),
    ("ssse3.psign.w.128", "psignw {0}, {1}"),
    ("ssse3.psign.d.128", "psignd {0}, {1}"),

    ("sse41.insertps", "insertps {0}, {1}, {i2}"),
    ("sse41.packusdw", "packusdw {0}, {1}"),
    ("sse41.dppd", "dppd {0}, {1}, {i2}"),
    ("sse41.dpps", "dpps {0}, {1}, {i2}"),
    ("sse41.round.pd", "roundpd {r}, {0}, {i1}"),
    ("sse41.round.ps", "roundps {r}, {0}, {i1}"),
    ("sse41.round.sd", "roundsd {0}, {1}, {i2}"),
    ("sse41.round.ss", "roundss {0}, {1}, {i2}"),
    ("sse41.phminposuw", "phminposuw {r}, {0}"),
    ("sse41.mpsadbw", "mpsadbw {0}, {1}, {i2}"),
    ("sse41.ptestnzc", "ptest {0}, {1}; seta al; movzx eax, al"),

    ("sse42.pcmpestrm128", "mov eax, {1}; mov edx, {3}; pcmpestrm {0}, {2}, {i4}"),
    ("sse42.pcmpestri128", "mov eax, {1}; mov edx, {3}; pcmpestri {0}, {2}, {i4}; mov eax, ecx"),
    ("sse42.pcmpestriz128", "mov eax, {1}; mov edx, {3}; pcmpestri {0}, {2}, {i4}; sete al; movzx eax, al"),
    ("sse42.pcmpestric128", "mov eax, {1}; mov edx, {3}; pcmpestri {0}, {2}, {i4}; setb al; movzx eax, al"),
    ("sse42.pcmpestris128", "mov eax, {1}; mov edx, {3}; pcmpestri {0}, {2}, {i4}; sets al; movzx eax, al"),
    ("sse42.pcmpestrio128", "mov eax, {1}; mov edx, {3}; pcmpestri {0}, {2}, {i4}; seto al; movzx eax, al"),
    ("sse42.pcmpestria128", "mov eax, {1}; mov edx, {3}; pcmpestri {0}, {2}, {i4}; seta al; movzx eax, al"),
    ("sse42.pcmpistrm128", "pcmpistrm {0}, {1}, {i2}"),
    ("sse42.pcmpistri128", "pcmpistri {0}, {1}, {i2}; mov eax, ecx"),
    ("sse42.pcmpistriz128", "pcmpistri {0}, {1}, {i2}; sete al; movzx eax, al"),
    ("sse42.pcmpistric128", "pcmpistri {0}, {1}, {i2}; setb al; movzx eax, al"),
    ("sse42.pcmpistris128", "pcmpistri {0}, {1}, {i2}; sets al; movzx eax, al"),
    ("sse42.pcmpistrio128", "pcmpistri {0}, {1}, {i2}; seto al; movzx eax, al"),
    ("sse42.pcmpistria128", "pcmpistri {0}, {1}, {i2}; seta al; movzx eax, al"),
    ("sse42.crc32.32.8", "crc32 {0}, {1}"),
    ("sse42.crc32.32.16", "crc32 {0}, {1}"),
    ("sse42.crc32.32.32", "crc32 {0}, {1}"),
    ("sse42.crc32.64.64", "crc32 {0}, {1}"),

    ("sse4a.extrq", "extrq {0}, {1}"),
    ("sse4a.extrqi", "extrq {0}, {i1}, {i2}"),
    ("sse4a.insertq", "insertq {0}, {1}"),
    ("sse4a.insertqi", "insertq {0}, {1}, {i2}, {i3}"),

    ("avx.round.pd.256", "vroundpd {r}, {0}, {i1}"),
    ("avx.round.ps.256", "vroundps {r}, {0}, {i1}"),
    ("avx.dp.ps.256", "vdpps {r}, {0}, {1}, {i2}"),
    ("avx.cmp.pd.256", "vcmppd {r}, {0}, {1}, {i2}"),
    ("avx.cmp.ps.256", "vcmpps {r}, {0}, {1}, {i2}"),
    ("avx.cvt.ps2dq.256", "vcvtps2dq {r}, {0}"),
    ("avx.cvtt.ps2dq.256", "vcvttps2dq {r}, {0}"),
    ("avx.cvt.pd2dq.256", "vcvtpd2dq {r}, {0}"),
    ("avx.cvtt.pd2dq.256", "vcvttpd2dq {r}, {0}"),
    ("avx.vzeroall", "vzeroall"),
    ("avx.vpermilvar.ps", "vpermilps {r}, {0}, {1}"),
    ("avx.vpermilvar.ps.256", "vpermilps {r}, {0}, {1}"),
    ("avx.vpermilvar.pd", "vpermilpd {r}, {0}, {1}"),
    ("avx.vpermilvar.pd.256", "vpermilpd {r}, {0}, {1}"),
    ("avx.ldu.dq.256", "vlddqu {r}, [{0}]"),
    ("avx.rcp.ps.256", "vrcpps {r}, {0}"),
    ("avx.rsqrt.ps.256", "vrsqrtps {r}, {0}"),
    ("avx.ptestnzc.256", "vptest {0}, {1}; seta al; movzx eax, al"),
    ("avx.vtestz.pd.256", "vtestpd {0}, {1}; sete al; movzx eax, al"),
    ("avx.vtestc.pd.256", "vtestpd {0}, {1}; setb al; movzx eax, al"),
    ("avx.vtestnzc.pd.256", "vtestpd {0}, {1}; seta al; movzx eax, al"),
    ("avx.vtestnzc.pd", "vtestpd {0}, {1}; seta al; movzx eax, al"),
    ("avx.vtestz.ps.256", "vtestps {0}, {1}; sete al; movzx eax, al"),
    ("avx.vtestc.ps.256", "vtestps {0}, {1}; setb al; movzx eax, al"),
    ("avx.vtestnzc.ps.256", "vtestps {0}, {1}; seta al; movzx eax, al"),
    ("avx.vtestnzc.ps", "vtestps {0}, {1}; seta al; movzx eax, al"),
    ("avx.min.ps.256", "vminps {r}, {0}, {1}"),
    ("avx.max.ps.256", "vmaxps {r}, {0}, {1}"),
    ("avx.min.pd.256", "vminpd {r}, {0}, {1}"),
    ("avx.max.pd.256", "vmaxpd {r}, {0}, {1}"),

    ("avx2.pmadd.wd", "vpmaddwd {r}, {0}, {1}"),
    ("avx2.pmadd.ub.sw", "vpmaddubsw {r}, {0}, {1}"),
    ("avx2.mpsadbw", "vmpsadbw {r}, {0}, {1}, {i2}"),
    ("avx2.pmul.hr.sw", "vpmulhrsw {r}, {0}, {1}"),
    ("avx2.packsswb", "vpacksswb {r}, {0}, {1}"),
    ("avx2.packssdw", "vpackssdw {r}, {0}, {1}"),
    ("avx2.packuswb", "vpackuswb {r}, {0}, {1}"),
    ("avx2.packusdw", "vpackusdw {r}, {0}, {1}"),
    ("avx2.psad.bw", "vpsadbw {r}, {0}, {1}"),
    ("avx2.psign.b", "vpsignb {r}, {0}, {1}"),
    ("avx2.psign.w", "vpsignw {r}, {0}, {1}"),
    ("avx2.psign.d", "vpsignd {r}, {0}, {1}"),
    ("avx2.psll.w", "vpsllw {r}, {0}, {1}"),
    ("avx2.psll.d", "vpslld {r}, {0}, {1}"),
    ("avx2.psll.q", "vpsllq {r}, {0}, {1}"),
    ("avx2.psra.w", "vpsraw {r}, {0}, {1}"),
    ("avx2.psra.d", "vpsrad {r}, {0}, {1}"),
    ("avx2.psrl.w", "vpsrlw {r}, {0}, {1}"),
    ("avx2.psrl.d", "vpsrld {r}, {0}, {1}"),
    ("avx2.psrl.q", "vpsrlq {r}, {0}, {1}"),
    ("avx2.pshuf.b", "vpshufb {r}, {0}, {1}"),
    ("avx2.permd", "vpermd {r}, {1}, {0}"),
    ("avx2.permps", "vpermps {r}, {1}, {0}"),
    ("avx2.gather.d.d", "vpgatherdd {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.d.d.256", "vpgatherdd {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.d.q", "vpgatherdq {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.d.q.256", "vpgatherdq {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.q.d", "vpgatherqd {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.q.d.256", "vpgatherqd {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.q.q", "vpgatherqq {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.q.q.256", "vpgatherqq {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.d.ps", "vgatherdps {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.d.ps.256", "vgatherdps {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.d.pd", "vgatherdpd {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.d.pd.256", "vgatherdpd {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.q.ps", "vgatherqps {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.q.ps.256", "vgatherqps {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.q.pd", "vgatherqpd {0}, [{1} + {2}*{i4}], {3}"),
    ("avx2.gather.q.pd.256", "vgatherqpd {0}, [{1} + {2}*{i4}], {3}"),

    ("aesni.aesdec", "aesdec {0}, {1}"),
    ("aesni.aesdeclast", "aesdeclast {0}, {1}"),
    ("aesni.aesenc", "aesenc {0}, {1}"),
    ("aesni.aesenclast", "aesenclast {0}, {1}"),
    ("aesni.aesimc", "aesimc {r}, {0}"),
    ("aesni.aeskeygenassist", "aeskeygenassist {r}, {0}, {i1}"),
    ("aesni.aesdec.256", "vaesdec {r}, {0}, {1}"),
    ("aesni.aesdeclast.256", "vaesdeclast {r}, {0}, {1}"),
    ("aesni.aesenc.256", "vaesenc {r}, {0}, {1}"),
    ("aesni.aesenclast.256", "vaesenclast {r}, {0}, {1}"),
    ("pclmulqdq", "pclmulqdq {0}, {1}, {i2}"),
    ("pclmulqdq.256", "vpclmulqdq {r}, {0}, {1}, {i2}"),
    ("sha1msg1", "sha1msg1 {0}, {1}"),
    ("sha1msg2", "sha1msg2 {0}, {1}"),
    ("sha1nexte", "sha1nexte {0}, {1}"),
    ("sha1rnds4", "sha1rnds4 {0}, {1}, {i2}"),
    ("sha256msg1", "sha256msg1 {0}, {1}"),
    ("sha256msg2", "sha256msg2 {0}, {1}"),
    // The keys are in xmm0, which is where the first argument is.
    ("sha256rnds2", "movaps xmm3, xmm0; movaps xmm0, {2}; sha256rnds2 xmm3, {1}; movaps xmm0, xmm3"),
    ("vgf2p8affineinvqb.128", "gf2p8affineinvqb {0}, {1}, {i2}"),
    ("vgf2p8affineinvqb.256", "vgf2p8affineinvqb {r}, {0}, {1}, {i2}"),
    ("vgf2p8affineqb.128", "gf2p8affineqb {0}, {1}, {i2}"),
    ("vgf2p8affineqb.256", "vgf2p8affineqb {r}, {0}, {1}, {i2}"),
    ("vgf2p8mulb.128", "gf2p8mulb {0}, {1}"),
    ("vgf2p8mulb.256", "vgf2p8mulb {r}, {0}, {1}"),
    ("vcvtps2ph.128", "vcvtps2ph {r}, {0}, {i1}"),
    ("vcvtps2ph.256", "vcvtps2ph {r}, {0}, {i1}"),

    ("bmi.bextr.32", "bextr {r}, {0}, {1}"),
    ("bmi.bextr.64", "bextr {r}, {0}, {1}"),
    ("bmi.bzhi.32", "bzhi {r}, {0}, {1}"),
    ("bmi.bzhi.64", "bzhi {r}, {0}, {1}"),
    ("bmi.pdep.32", "pdep {r}, {0}, {1}"),
    ("bmi.pdep.64", "pdep {r}, {0}, {1}"),
    ("bmi.pext.32", "pext {r}, {0}, {1}"),
    ("bmi.pext.64", "pext {r}, {0}, {1}"),

    ("rdrand.16", "rdrand {r}; setb cl; movzx ecx, cl"),
    ("rdrand.32", "rdrand {r}; setb cl; movzx ecx, cl"),
    ("rdrand.64", "rdrand {r}; setb cl; movzx ecx, cl"),
    ("rdseed.16", "rdseed {r}; setb cl; movzx ecx, cl"),
    ("rdseed.32", "rdseed {r}; setb cl; movzx ecx, cl"),
    ("rdseed.64", "rdseed {r}; setb cl; movzx ecx, cl"),
    ("rdtsc", "rdtsc; shl rdx, 32; or rax, rdx"),
    ("rdtscp", "rdtscp; shl rdx, 32; or rax, rdx"),
    ("xgetbv", "mov ecx, {0}; xgetbv; shl rdx, 32; or rax, rdx"),
    ("xsave", "mov rsi, {0}; mov eax, {2}; xsave [rsi]"),
    ("xsave64", "mov rsi, {0}; mov eax, {2}; xsave64 [rsi]"),
    ("xrstor", "mov rsi, {0}; mov eax, {2}; xrstor [rsi]"),
    ("xrstor64", "mov rsi, {0}; mov eax, {2}; xrstor64 [rsi]"),
    ("xsaveopt", "mov rsi, {0}; mov eax, {2}; xsaveopt [rsi]"),
    ("xsaveopt64", "mov rsi, {0}; mov eax, {2}; xsaveopt64 [rsi]"),
    ("xsavec", "mov rsi, {0}; mov eax, {2}; xsavec [rsi]"),
    ("xsavec64", "mov rsi, {0}; mov eax, {2}; xsavec64 [rsi]"),
    ("fxsave", "fxsave [{0}]"),
    ("fxsave64", "fxsave64 [{0}]"),
    ("fxrstor", "fxrstor [{0}]"),
    ("fxrstor64", "fxrstor64 [{0}]"),
    ("xend", "xend"),
    ("xtest", "xtest; setne al; movzx eax, al"),
];
