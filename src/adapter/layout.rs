//! Layouts of concrete types, equal to rustc's. Semantics: `rustc_ty_utils::layout`, computed with `rustc_abi`.

use super::memo::Memo;
use super::{Error, Result, Tcx};
use ramir::{FieldIdx, Ty, VariantIdx};

pub type LayoutData = rustc_abi::LayoutData<FieldIdx, VariantIdx>;

#[derive(Default)]
pub struct Cache {
    layouts: Memo<Ty, LayoutData>,
}

/// A type with its layout (`rustc_abi::TyAndLayout`); dereferences to the layout.
#[derive(Clone, Copy, Debug)]
pub struct TyAndLayout<'tcx> {
    pub ty: Ty,
    pub layout: &'tcx LayoutData,
}

impl std::ops::Deref for TyAndLayout<'_> {
    type Target = LayoutData;
    fn deref(&self) -> &LayoutData {
        self.layout
    }
}

impl<'tcx> TyAndLayout<'tcx> {
    /// The layout of field `i`: of a struct, tuple, union, array, slice, closure, of a wide pointer's two halves, of an
    /// enum's tag, or of the variant that [`Self::for_variant`] chose.
    pub fn field(self, tcx: &'tcx Tcx, i: usize) -> Result<TyAndLayout<'tcx>> {
        let _ = tcx;
        Err(Error::unsupported(format!("layout of field {i} of {:?}", self.ty)))
    }

    /// The layout of one variant, as if the enum were that variant's struct.
    pub fn for_variant(self, tcx: &'tcx Tcx, variant: VariantIdx) -> Result<TyAndLayout<'tcx>> {
        let _ = tcx;
        Err(Error::unsupported(format!("layout of variant {variant:?} of {:?}", self.ty)))
    }
}

impl Tcx {
    /// The layout of a concrete, normalized type.
    pub fn layout_of(&self, ty: Ty) -> Result<TyAndLayout<'_>> {
        let layout = self.layouts.layouts.get_or_try(ty, |ty| Err(Error::unsupported(format!("layout of {ty:?}"))))?;
        Ok(TyAndLayout { ty, layout })
    }
}
