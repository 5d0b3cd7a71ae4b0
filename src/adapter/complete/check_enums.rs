//! A value that is transmuted to an enum has to have a valid tag. Semantics: `rustc_mir_transform::check_enums`.
//!
//! As in rustc, a type is checked only where its layout is known in the generic body. rac asks for it with a type of which
//! nothing is known in the place of each sized parameter; what only a where-clause tells is not known then, and not checked.

use super::ub_checks::{CheckCx, Insertion, assert, split_block};
use crate::adapter::{Result, TyAndLayout};
use ramir::interner::TypeFlags;
use ramir::*;
use rustc_abi::{Integer, Primitive, Scalar, Size, TagEncoding, Variants, WrappingRange};

/// A transmute to an enum.
struct Construction {
    source: Operand,
    source_size: Size,
    kind: Kind,
}

enum Kind {
    /// There is no such value.
    Uninhabited,
    /// Each variant has its own value of the tag.
    Direct { tag: Tag, discriminants: Vec<u128> },
    /// One variant is told by the values that another's field cannot have.
    Niche { tag: Tag, valid_range: WrappingRange },
}

struct Tag {
    ty: Ty,
    size: Size,
    offset: Size,
}

pub fn check_enums(cx: &CheckCx<'_>, body: &mut Body) -> Result<()> {
    let known = KnownLayouts { cx, args: opaque_args(cx)? };
    // What is split off goes to the end, so that backwards nothing is seen twice.
    for block in (0..body.blocks.len()).rev() {
        for index in (0..body.blocks[block].statements.len()).rev() {
            let statement = &body.blocks[block].statements[index];
            let source_info = statement.source_info;
            let StatementKind::Assign(_, Rvalue::Cast(CastKind::Transmute, source, ty)) = &statement.kind else {
                continue;
            };
            let Some(construction) = known.construction(&body.locals, source, *ty)? else { continue };
            let target = split_block(body, block, index);
            insert_check(cx, body, block, source_info, target, construction)?;
        }
    }
    Ok(())
}

/// Layouts of types in a generic body.
struct KnownLayouts<'a> {
    cx: &'a CheckCx<'a>,
    args: Args,
}

/// For each sized type parameter of the body a type that has no layout, but is sized and so known behind a pointer; the other
/// parameters for themselves.
fn opaque_args(cx: &CheckCx<'_>) -> Result<Args> {
    let tcx = cx.tcx;
    let mut args = tcx.args(super::place_ty::identity_args(&tcx.store, cx.def)?).to_vec();
    for (index, arg) in args.iter_mut().enumerate() {
        if let GenericArg::Type(ty) = arg
            && cx.is_sized(*ty)?
        {
            let index = tcx.mk_args(&[GenericArg::Const(tcx.mk_usize_const(index as u64))]);
            *ty = tcx.mk(TyKind::CoroutineWitness(cx.def, index));
        }
    }
    Ok(tcx.mk_args(&args))
}

impl<'a> KnownLayouts<'a> {
    fn layout(&self, ty: Ty) -> Result<Option<TyAndLayout<'a>>> {
        let tcx = self.cx.tcx;
        let ty = tcx.subst(ty, self.args)?;
        let flags = tcx.flags(ty);
        if flags.intersects(TypeFlags::HAS_PARAM) && flags.intersects(TypeFlags::HAS_ALIAS) {
            return Ok(None);
        }
        // What has no layout here may have one in an instance.
        Ok(tcx.layout_of(ty).ok())
    }

    /// What has to be checked of `source` as a value of `ty`.
    fn construction(&self, locals: &[LocalDecl], source: &Operand, ty: Ty) -> Result<Option<Construction>> {
        let tcx = self.cx.tcx;
        let TyKind::Adt(def, _) = *tcx.kind(ty) else { return Ok(None) };
        let adt = tcx.adt_def(def)?;
        if adt.kind != AdtKind::Enum {
            return Ok(None);
        }
        let Some(layout) = self.layout(ty)? else { return Ok(None) };
        let Some(source_layout) = self.layout(self.cx.types.operand_ty(locals, source)?)? else { return Ok(None) };
        let tag_of = |value: Primitive, offset| {
            // A pointer is told by its address.
            let value = if let Primitive::Pointer(_) = value { Primitive::Int(Integer::I64, false) } else { value };
            Tag { ty: tcx.primitive_ty(value), size: value.size(tcx), offset }
        };
        let kind = match layout.variants {
            Variants::Empty if source_layout.is_uninhabited() => return Ok(None),
            Variants::Empty => Kind::Uninhabited,
            // A tag of no size is no tag: such a transmute does not compile.
            _ if source_layout.size == Size::ZERO => return Ok(None),
            Variants::Multiple {
                tag_encoding: TagEncoding::Direct, tag: Scalar::Initialized { value, .. }, ..
            } => Kind::Direct {
                tag: tag_of(value, Size::ZERO),
                discriminants: adt.variants.iter().map(|variant| value.size(tcx).truncate(variant.discr)).collect(),
            },
            Variants::Multiple {
                tag_encoding: TagEncoding::Niche { .. },
                tag: Scalar::Initialized { value, valid_range },
                tag_field,
                ..
            } => Kind::Niche { tag: tag_of(value, layout.fields.offset(tag_field.index())), valid_range },
            _ => return Ok(None),
        };
        let source = match source {
            Operand::Move(place) => Operand::Copy(place.clone()),
            other => other.clone(),
        };
        Ok(Some(Construction { source, source_size: source_layout.size, kind }))
    }
}

/// Ends `block` in a check that goes on in `target`.
fn insert_check(
    cx: &CheckCx<'_>,
    body: &mut Body,
    block: usize,
    source_info: SourceInfo,
    target: BasicBlock,
    construction: Construction,
) -> Result<()> {
    let Construction { source, source_size, kind } = construction;
    let common = &cx.tcx.common;
    let invalid = BasicBlock::new(body.blocks.len());
    let mut insertion = Insertion::new(cx.tcx, body, block, source_info);
    let terminator = match kind {
        Kind::Uninhabited => {
            let value = Rvalue::Use(insertion.bool(false));
            let is_ok = insertion.temp(common.bool, value);
            assert(source_info, is_ok, AssertKind::InvalidEnumConstruction(insertion.u128(0)), target)
        }
        Kind::Direct { tag, discriminants } => {
            let mask = insertion.u128(tag.size.unsigned_int_max());
            let value = tag_value(cx, &mut insertion, source, source_size, &tag)?;
            let value = insertion.binary(common.u128, BinOp::BitAnd, value, mask);
            let fails = insertion.bool(false);
            let targets = vec![target; discriminants.len()];
            let targets = SwitchTargets { values: discriminants, targets, otherwise: invalid };
            body.blocks.push(BasicBlockData {
                statements: Vec::new(),
                terminator: assert(source_info, fails, AssertKind::InvalidEnumConstruction(value.clone()), target),
                is_cleanup: body.blocks[block].is_cleanup,
            });
            Terminator { source_info, kind: TerminatorKind::SwitchInt { discr: value, targets } }
        }
        Kind::Niche { tag, valid_range } => {
            let value = tag_value(cx, &mut insertion, source, source_size, &tag)?;
            let start = insertion.u128(valid_range.start);
            // The range may go over the highest value to the lowest.
            let length = insertion.u128(valid_range.end.wrapping_sub(valid_range.start));
            let above_start = insertion.binary(common.u128, BinOp::Sub, value.clone(), start);
            let is_ok = insertion.binary(common.bool, BinOp::Le, above_start, length);
            assert(source_info, is_ok, AssertKind::InvalidEnumConstruction(value), target)
        }
    };
    body.blocks[block].terminator = terminator;
    Ok(())
}

/// The tag that `source` would be, as `u128`; one of a signed type is sign-extended.
fn tag_value(
    cx: &CheckCx<'_>,
    insertion: &mut Insertion<'_>,
    source: Operand,
    source_size: Size,
    tag: &Tag,
) -> Result<Operand> {
    let tcx = cx.tcx;
    let (cast, bits) = if tag.size < source_size {
        // Other bytes than the tag's may be uninitialized.
        let uninit = tcx.store.require_lang_item("maybe_uninit")?;
        let byte = tcx.mk(TyKind::Adt(uninit, tcx.mk_args(&[GenericArg::Type(tcx.common.u8)])));
        let bytes_ty = tcx.mk_array(byte, source_size.bytes());
        let bytes = insertion.place(bytes_ty, Rvalue::Cast(CastKind::Transmute, source, bytes_ty));
        let (from, to) = (tag.offset.bytes(), (tag.offset + tag.size).bytes());
        let part = bytes.project(PlaceElem::Subslice { from, to, from_end: false });
        (CastKind::Transmute, Operand::Copy(part))
    } else {
        let integer = Integer::from_size(tag.size).map_err(crate::adapter::Error::unsupported)?;
        let integer_ty = tcx.primitive_ty(Primitive::Int(integer, false));
        (CastKind::IntToInt, insertion.temp(integer_ty, Rvalue::Cast(CastKind::Transmute, source, integer_ty)))
    };
    let value = insertion.temp(tag.ty, Rvalue::Cast(cast, bits, tag.ty));
    let u128 = tcx.common.u128;
    Ok(insertion.temp(u128, Rvalue::Cast(CastKind::IntToInt, value, u128)))
}
