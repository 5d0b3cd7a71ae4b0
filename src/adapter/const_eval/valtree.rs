//! Constants in types: trees of values, and values made of them. Semantics: `rustc_const_eval::const_eval::valtrees`.

use super::error::{InterpResult, failed, unsupported};
use super::interp::Interp;
use super::memory::Scalar;
use super::operand::{Imm, Op};
use super::place::{Place, PlaceKind};
use ramir::*;

/// What a tree may consist of, as rustc bounds it.
const MAX_NODES: usize = 2000;

impl<'tcx> Interp<'tcx> {
    /// Writes the value that a tree stands for.
    pub fn write_valtree(&mut self, tree: &ValTree, place: &Place<'tcx>) -> InterpResult {
        let ty = place.layout.ty;
        let parts = match tree {
            ValTree::Leaf(int) => {
                return self.write_scalar(Scalar::Int { data: int.data, size: int.size }, place);
            }
            ValTree::Branch(parts) => parts,
        };
        match *self.tcx.kind(ty) {
            TyKind::Ref(_, pointee, _) => {
                let layout = self.layout_of(pointee)?;
                let meta = if layout.is_sized() { None } else { Some(Scalar::usize(self.tail_len(pointee, tree)?)) };
                let Some((size, align)) = self.size_and_align_of(layout, meta)? else {
                    return unsupported("extern type in a type-level constant");
                };
                let ptr = self.allocate_bytes(size, align)?;
                self.write_valtree(tree, &Place::mem(ptr, meta, layout))?;
                self.write_imm(Imm::from_pointer(ptr, meta), place)
            }
            TyKind::Adt(def, _) if self.tcx.adt_def(def)?.kind == AdtKind::Enum => {
                let [variant, fields @ ..] = &parts[..] else { return failed("enum constant without variant") };
                let ConstKind::Value(_, ValTree::Leaf(variant)) = *self.tcx.const_kind(*variant) else {
                    return failed("enum constant without variant");
                };
                let variant = VariantIdx(variant.data as u32);
                let (ptr, meta) = self.place_ptr(place)?;
                let base = Place::mem(ptr, meta, place.layout.for_variant(self.tcx, variant)?);
                self.write_valtree_fields(fields, &base)?;
                self.write_variant(variant, place)
            }
            TyKind::Array(..) | TyKind::Slice(_) | TyKind::Str => {
                for (i, part) in parts.iter().enumerate() {
                    let elem = self.place_index(place, i as u64)?;
                    self.write_valtree_part(*part, &elem)?;
                }
                Ok(())
            }
            _ => self.write_valtree_fields(parts, place),
        }
    }

    /// How many elements the slice or string has that a value of unsized type ends in.
    fn tail_len(&self, ty: Ty, tree: &ValTree) -> InterpResult<u64> {
        let ValTree::Branch(parts) = tree else { return failed("unsized constant of a scalar") };
        match *self.tcx.kind(ty) {
            TyKind::Slice(_) | TyKind::Str => Ok(parts.len() as u64),
            TyKind::Adt(..) | TyKind::Tuple(_) => match parts.last().map(|part| self.tcx.const_kind(*part)) {
                Some(ConstKind::Value(ty, tree)) => self.tail_len(*ty, tree),
                _ => failed("unsized constant without its last field"),
            },
            ref other => unsupported(format!("type-level constant of type {other:?}")),
        }
    }

    fn write_valtree_fields(&mut self, parts: &[Const], place: &Place<'tcx>) -> InterpResult {
        for (i, part) in parts.iter().enumerate() {
            let field = self.place_field(place, i)?;
            self.write_valtree_part(*part, &field)?;
        }
        Ok(())
    }

    fn write_valtree_part(&mut self, part: Const, place: &Place<'tcx>) -> InterpResult {
        match self.tcx.const_kind(part) {
            ConstKind::Value(_, tree) => self.write_valtree(tree, place),
            other => unsupported(format!("part of a type-level constant {other:?}")),
        }
    }

    /// The type-level constant with the value of `op`.
    pub fn op_to_valtree(&mut self, op: Op<'tcx>) -> InterpResult<Const> {
        let mut nodes = 0;
        let tree = self.valtree(op, &mut nodes)?;
        Ok(self.tcx.mk_const(ConstKind::Value(op.layout.ty, tree)))
    }

    fn valtree(&mut self, op: Op<'tcx>, nodes: &mut usize) -> InterpResult<ValTree> {
        *nodes += 1;
        if *nodes > MAX_NODES {
            return failed("maximum number of nodes exceeded in constant");
        }
        let ty = op.layout.ty;
        match *self.tcx.kind(ty) {
            TyKind::Bool | TyKind::Char | TyKind::Int(_) | TyKind::Uint(_) | TyKind::Float(_) => {
                let data = self.read_scalar(&op)?.bits()?;
                Ok(ValTree::Leaf(ScalarInt { data, size: op.layout.size.bytes() as u8 }))
            }
            TyKind::RawPtr(..) | TyKind::FnPtr(_) => match self.read_imm(&op)?.scalar()? {
                Scalar::Int { data, size } => Ok(ValTree::Leaf(ScalarInt { data, size })),
                Scalar::Ptr(..) => unsupported("pointers in a type-level constant"),
            },
            TyKind::Pat(..) => {
                let base = self.op_field(op, 0)?;
                self.valtree(base, nodes)
            }
            TyKind::FnDef(..) => Ok(ValTree::Branch([].into())),
            TyKind::Ref(..) => {
                let place = self.deref(&op)?;
                self.valtree(place.into_op(), nodes)
            }
            TyKind::Str | TyKind::Slice(_) | TyKind::Array(..) => {
                let (ptr, meta) = match op.kind {
                    super::operand::OpKind::Mem(ptr, meta) => (ptr, meta),
                    super::operand::OpKind::Imm(_) => (self.op_pointer(&op)?, None),
                };
                let place = Place { kind: PlaceKind::Mem(ptr, meta), layout: op.layout };
                let len = self.place_len(&place)?;
                let mut parts = Vec::with_capacity(len as usize);
                for i in 0..len {
                    let elem = self.place_index(&place, i)?;
                    parts.push(self.part(elem.into_op(), nodes)?);
                }
                Ok(ValTree::Branch(parts.into()))
            }
            TyKind::Tuple(_) => {
                let parts = self.field_parts(op, nodes)?;
                Ok(ValTree::Branch(parts.into()))
            }
            TyKind::Adt(def, _) => match self.tcx.adt_def(def)?.kind {
                AdtKind::Union => unsupported("union in a type-level constant"),
                AdtKind::Struct => Ok(ValTree::Branch(self.field_parts(op, nodes)?.into())),
                AdtKind::Enum => {
                    let variant = self.read_variant(op)?;
                    let leaf = ValTree::Leaf(ScalarInt { data: variant.0.into(), size: 4 });
                    let mut parts = vec![self.tcx.mk_const(ConstKind::Value(self.tcx.common.u32, leaf))];
                    let op = Op { kind: op.kind, layout: op.layout.for_variant(self.tcx, variant)? };
                    parts.extend(self.field_parts(op, nodes)?);
                    Ok(ValTree::Branch(parts.into()))
                }
            },
            ref other => unsupported(format!("type-level constant of type {other:?}")),
        }
    }

    fn field_parts(&mut self, op: Op<'tcx>, nodes: &mut usize) -> InterpResult<Vec<Const>> {
        (0..op.layout.fields.count())
            .map(|i| {
                let field = self.op_field(op, i)?;
                self.part(field, nodes)
            })
            .collect()
    }

    fn part(&mut self, op: Op<'tcx>, nodes: &mut usize) -> InterpResult<Const> {
        let tree = self.valtree(op, nodes)?;
        Ok(self.tcx.mk_const(ConstKind::Value(op.layout.ty, tree)))
    }

    /// The value that a type-level constant stands for.
    pub fn valtree_to_value(&mut self, ty: Ty, tree: &ValTree) -> InterpResult<ConstValue> {
        if let ValTree::Leaf(int) = tree {
            return Ok(ConstValue::Scalar(ramir::Scalar::Int(*int)));
        }
        let layout = self.layout_of(ty)?;
        if layout.size.bytes() == 0 {
            return Ok(ConstValue::ZeroSized);
        }
        let place = self.allocate(layout)?;
        self.write_valtree(tree, &place)?;
        self.op_to_const_value(&place.into_op())
    }
}
