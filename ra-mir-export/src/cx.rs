//! The context of one crate's export: identities, names, positions, and the caches of the conversion.
//!
//! Numbers in the data are the file's own: crate 0 is the exported one, the others follow as they are met.

use crate::rustc::*;
use ramir::file::CrateDep;
use rustc_data_structures::fx::{FxHashMap, FxIndexMap};
use rustc_middle::mir::interpret;
use rustc_span::{RemapPathScopeComponents, SourceFileHashAlgorithm, Span, StableSourceFileId, Symbol};

/// The identity that rac expects in a file: what `rustc -V` prints.
pub fn compiler() -> String {
    format!("rustc {}", rustc_interface::util::rustc_version_str().unwrap_or("unknown version"))
}

pub struct ExportCx<'tcx, 'i> {
    pub tcx: TyCtxt<'tcx>,
    pub interner: &'i ramir::Interner,
    /// The crate that is exported.
    pub krate: CrateNum,
    /// The constants of impls are known to be free of errors: of the standard library they are.
    pub evaluate_assoc_consts: bool,
    /// The crate's bodies are not checked yet: nothing is evaluated.
    pub is_ahead: bool,
    pub crates: Vec<CrateDep>,
    pub files: Vec<ramir::SourceFile>,
    crate_numbers: FxIndexMap<CrateNum, ramir::CrateNum>,
    file_numbers: FxHashMap<StableSourceFileId, ramir::FileId>,
    symbols: FxHashMap<Symbol, ramir::Symbol>,
    spans: FxHashMap<Span, ramir::Span>,
    pub(crate) tys: FxHashMap<Ty<'tcx>, ramir::Ty>,
    pub(crate) args: FxHashMap<ty::GenericArgsRef<'tcx>, ramir::Args>,
    pub(crate) consts: FxHashMap<ty::Const<'tcx>, ramir::Const>,
    pub(crate) allocs: FxHashMap<interpret::AllocId, ramir::AllocId>,
    /// Reserved allocations whose content is still to be converted.
    pub(crate) pending_allocs: Vec<(ramir::AllocId, interpret::AllocId)>,
}

impl<'tcx, 'i> ExportCx<'tcx, 'i> {
    pub fn new(tcx: TyCtxt<'tcx>, interner: &'i ramir::Interner, krate: CrateNum) -> Self {
        let mut cx = ExportCx {
            tcx,
            interner,
            krate,
            evaluate_assoc_consts: false,
            is_ahead: false,
            crates: Vec::new(),
            files: Vec::new(),
            crate_numbers: FxIndexMap::default(),
            file_numbers: FxHashMap::default(),
            symbols: FxHashMap::default(),
            spans: FxHashMap::default(),
            tys: FxHashMap::default(),
            args: FxHashMap::default(),
            consts: FxHashMap::default(),
            allocs: FxHashMap::default(),
            pending_allocs: Vec::new(),
        };
        cx.crate_num(krate);
        cx
    }

    pub fn crate_num(&mut self, krate: CrateNum) -> ramir::CrateNum {
        if let Some(&num) = self.crate_numbers.get(&krate) {
            return num;
        }
        let num = ramir::CrateNum(self.crates.len() as u32);
        self.crates.push(CrateDep {
            name: self.tcx.crate_name(krate).to_string(),
            stable_crate_id: self.tcx.stable_crate_id(krate).as_u64(),
            // Nothing refers to an executable, and rustc computes no hash for it.
            svh: match krate == LOCAL_CRATE && !self.tcx.needs_crate_hash() {
                true => [0; 16],
                false => self.tcx.crate_hash(krate).as_u128().to_le_bytes(),
            },
        });
        self.crate_numbers.insert(krate, num);
        num
    }

    /// rustc's number of a crate that has been met.
    pub fn rustc_crate(&self, num: ramir::CrateNum) -> CrateNum {
        self.crate_numbers.get_index(num.index()).map_or(self.krate, |(&krate, _)| krate)
    }

    pub fn def_id(&mut self, def_id: DefId) -> ramir::DefId {
        ramir::DefId { krate: self.crate_num(def_id.krate), index: def_index(def_id.index) }
    }

    pub fn def_ids(&mut self, def_ids: &[DefId]) -> Vec<ramir::DefId> {
        def_ids.iter().map(|&d| self.def_id(d)).collect()
    }

    pub fn symbol(&mut self, symbol: Symbol) -> ramir::Symbol {
        let interner = self.interner;
        *self.symbols.entry(symbol).or_insert_with(|| interner.sym(symbol.as_str()))
    }

    /// The position that `Location::caller` would show: of the outermost macro call that made the code.
    pub fn span(&mut self, span: Span) -> ramir::Span {
        if let Some(&converted) = self.spans.get(&span) {
            return converted;
        }
        let topmost = span.ctxt().outer_expn().expansion_cause().unwrap_or(span);
        let converted = if topmost.is_dummy() {
            ramir::Span::DUMMY
        } else {
            let loc = self.tcx.sess.source_map().lookup_char_pos(topmost.lo());
            let shown = self.tcx.sess.opts.unstable_opts.location_detail;
            ramir::Span {
                file: self.file(&loc.file),
                line: if shown.line { loc.line as u32 } else { 0 },
                col: if shown.column { loc.col_display as u32 + 1 } else { 0 },
            }
        };
        self.spans.insert(span, converted);
        converted
    }

    fn file(&mut self, file: &rustc_span::SourceFile) -> ramir::FileId {
        if let Some(&id) = self.file_numbers.get(&file.stable_id) {
            return id;
        }
        let id = ramir::FileId(self.files.len() as u32);
        let name = match self.tcx.sess.opts.unstable_opts.location_detail.file {
            true => file.name.display(RemapPathScopeComponents::MACRO).to_string_lossy().into_owned(),
            false => "<redacted>".to_owned(),
        };
        let md5 = match file.src_hash.kind {
            SourceFileHashAlgorithm::Md5 => file.src_hash.hash_bytes().try_into().ok(),
            _ => None,
        };
        self.files.push(ramir::SourceFile { name: self.interner.sym(&name), md5 });
        self.file_numbers.insert(file.stable_id, id);
        id
    }
}

pub fn def_index(index: DefIndex) -> ramir::DefIndex {
    ramir::DefIndex(index.as_u32())
}
