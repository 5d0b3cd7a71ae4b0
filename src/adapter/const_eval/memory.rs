//! The memory of one evaluation: allocations of bytes, of which each byte is initialized or not, and of which each
//! pointer-sized group may be a pointer. Semantics: `rustc_middle::mir::interpret::allocation`.
//!
//! Knows neither types nor layouts. Memory that exists already, in constants and statics, is read in place.

use super::error::{InterpResult, failed, unsupported};
use ramir::{AllocId, Allocation};
use rustc_abi::Size;

/// What a pointer points into.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Prov {
    /// Memory of this evaluation.
    Local(u32),
    /// Memory of a finished constant, a static, function or vtable.
    Global(AllocId),
}

/// A thin pointer: an offset into an allocation, or without one an absolute address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pointer {
    pub prov: Option<Prov>,
    pub offset: u64,
}

impl Pointer {
    pub const fn absolute(address: u64) -> Pointer {
        Pointer { prov: None, offset: address }
    }

    pub const fn wrapping_add(self, bytes: u64) -> Pointer {
        Pointer { prov: self.prov, offset: self.offset.wrapping_add(bytes) }
    }
}

/// A value of a primitive: bits of `size` bytes, or a pointer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scalar {
    Int { data: u128, size: u8 },
    Ptr(Prov, u64),
}

pub const POINTER_SIZE: u64 = 8;

impl Scalar {
    /// Bits truncated to `size`.
    pub fn int(data: u128, size: Size) -> Scalar {
        Scalar::Int { data: size.truncate(data), size: size.bytes() as u8 }
    }

    pub const fn bool(b: bool) -> Scalar {
        Scalar::Int { data: b as u128, size: 1 }
    }

    pub const fn usize(n: u64) -> Scalar {
        Scalar::Int { data: n as u128, size: 8 }
    }

    pub fn size(self) -> u64 {
        match self {
            Scalar::Int { size, .. } => size.into(),
            Scalar::Ptr(..) => POINTER_SIZE,
        }
    }

    pub fn bits(self) -> InterpResult<u128> {
        match self {
            Scalar::Int { data, .. } => Ok(data),
            Scalar::Ptr(..) => unsupported("unable to turn pointer into integer"),
        }
    }

    pub fn to_u64(self) -> InterpResult<u64> {
        Ok(self.bits()? as u64)
    }

    pub fn to_bool(self) -> InterpResult<bool> {
        match self.bits()? {
            0 => Ok(false),
            1 => Ok(true),
            other => failed(format!("interpreting an invalid 8-bit value as a bool: {other:#04x}")),
        }
    }

    pub fn to_pointer(self) -> InterpResult<Pointer> {
        match self {
            Scalar::Ptr(prov, offset) => Ok(Pointer { prov: Some(prov), offset }),
            Scalar::Int { data, size: 8 } => Ok(Pointer::absolute(data as u64)),
            Scalar::Int { size, .. } => failed(format!("expected a pointer, but got {size} bytes")),
        }
    }
}

impl From<Pointer> for Scalar {
    fn from(ptr: Pointer) -> Scalar {
        match ptr.prov {
            Some(prov) => Scalar::Ptr(prov, ptr.offset),
            None => Scalar::usize(ptr.offset),
        }
    }
}

/// Which bytes are initialized.
#[derive(Clone, Debug)]
enum InitMask {
    All(bool),
    Bits(Vec<u64>),
}

impl InitMask {
    fn get(&self, i: u64) -> bool {
        match self {
            InitMask::All(b) => *b,
            InitMask::Bits(words) => words[(i / 64) as usize] >> (i % 64) & 1 == 1,
        }
    }

    fn set_range(&mut self, start: u64, end: u64, len: u64, value: bool) {
        if start >= end {
            return;
        }
        match self {
            InitMask::All(b) if *b == value => return,
            _ if start == 0 && end == len => {
                *self = InitMask::All(value);
                return;
            }
            InitMask::All(b) => {
                let word = if *b { u64::MAX } else { 0 };
                *self = InitMask::Bits(vec![word; len.div_ceil(64) as usize]);
            }
            InitMask::Bits(_) => {}
        }
        if let InitMask::Bits(words) = self {
            let mut i = start;
            while i < end {
                let bit = i % 64;
                let count = (64 - bit).min(end - i);
                let mask = (u64::MAX >> (64 - count)) << bit;
                let word = &mut words[(i / 64) as usize];
                *word = if value { *word | mask } else { *word & !mask };
                i += count;
            }
        }
    }

    fn is_range_init(&self, start: u64, end: u64) -> bool {
        match self {
            InitMask::All(b) => *b || start >= end,
            InitMask::Bits(words) => {
                let mut i = start;
                while i < end {
                    let bit = i % 64;
                    let count = (64 - bit).min(end - i);
                    let mask = (u64::MAX >> (64 - count)) << bit;
                    if words[(i / 64) as usize] & mask != mask {
                        return false;
                    }
                    i += count;
                }
                true
            }
        }
    }
}

/// What an allocation is for, which decides what may be done with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemoryKind {
    Stack,
    /// Made by `const_allocate`.
    Heap,
    /// Made by `const_allocate`, then published by `const_make_global`: no longer written or freed.
    GlobalHeap,
}

#[derive(Clone, Debug)]
pub struct LocalAlloc {
    pub bytes: Vec<u8>,
    /// Ascending by offset; entries do not overlap.
    pub prov: Vec<(u64, Prov)>,
    init: InitMask,
    pub align: u64,
    pub kind: MemoryKind,
}

impl LocalAlloc {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The entries that overlap `[start, end)`, as indices.
    fn prov_range(&self, start: u64, end: u64) -> std::ops::Range<usize> {
        let from = self.prov.partition_point(|(at, _)| at + POINTER_SIZE <= start);
        let to = self.prov.partition_point(|(at, _)| *at < end);
        from..to.max(from)
    }

    /// Removes provenance in `[start, end)`; a pointer that is cut loses all of it.
    fn clear_prov(&mut self, start: u64, end: u64) {
        let range = self.prov_range(start, end);
        if !range.is_empty() {
            self.prov.drain(range);
        }
    }

    fn insert_prov(&mut self, at: u64, prov: Prov) {
        let i = self.prov.partition_point(|(offset, _)| *offset < at);
        self.prov.insert(i, (at, prov));
    }

    fn mark_init(&mut self, start: u64, end: u64, value: bool) {
        let len = self.len();
        self.init.set_range(start, end, len, value);
    }

    /// The ranges that are not initialized.
    pub fn uninit_ranges(&self) -> Vec<(u64, u64)> {
        match &self.init {
            InitMask::All(true) => Vec::new(),
            InitMask::All(false) if self.bytes.is_empty() => Vec::new(),
            InitMask::All(false) => vec![(0, self.len())],
            InitMask::Bits(_) => {
                let mut ranges: Vec<(u64, u64)> = Vec::new();
                for i in 0..self.len() {
                    if self.init.get(i) {
                        continue;
                    }
                    match ranges.last_mut() {
                        Some((_, end)) if *end == i => *end += 1,
                        _ => ranges.push((i, i + 1)),
                    }
                }
                ranges
            }
        }
    }
}

/// An allocation to read from.
#[derive(Clone, Copy)]
pub enum AllocRef<'a> {
    Local(&'a LocalAlloc),
    Global(&'a Allocation),
}

impl<'a> AllocRef<'a> {
    pub fn bytes(self) -> &'a [u8] {
        match self {
            AllocRef::Local(alloc) => &alloc.bytes,
            AllocRef::Global(alloc) => &alloc.bytes,
        }
    }

    pub fn align(self) -> u64 {
        match self {
            AllocRef::Local(alloc) => alloc.align,
            AllocRef::Global(alloc) => alloc.align,
        }
    }

    pub fn is_init(self, start: u64, end: u64) -> bool {
        match self {
            AllocRef::Local(alloc) => alloc.init.is_range_init(start, end),
            AllocRef::Global(alloc) => {
                let i = alloc.uninit.partition_point(|(_, to)| *to <= start);
                alloc.uninit.get(i).is_none_or(|(from, _)| *from >= end) || start >= end
            }
        }
    }

    /// The initialized parts of `[start, end)`, relative to `start`; `None` for all of it.
    fn init_ranges(self, start: u64, end: u64) -> Option<Vec<(u64, u64)>> {
        if self.is_init(start, end) {
            return None;
        }
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for i in start..end {
            if !self.is_init(i, i + 1) {
                continue;
            }
            match ranges.last_mut() {
                Some((_, to)) if *to == i - start => *to += 1,
                _ => ranges.push((i - start, i - start + 1)),
            }
        }
        Some(ranges)
    }

    /// The pointer at exactly `at`.
    pub fn prov_at(self, at: u64) -> Option<Prov> {
        match self {
            AllocRef::Local(alloc) => {
                alloc.prov.binary_search_by_key(&at, |(offset, _)| *offset).ok().map(|i| alloc.prov[i].1)
            }
            AllocRef::Global(alloc) => alloc
                .provenance
                .binary_search_by_key(&at, |(offset, _)| *offset)
                .ok()
                .map(|i| Prov::Global(alloc.provenance[i].1)),
        }
    }

    /// The pointers that overlap `[start, end)`.
    pub fn provs(self, start: u64, end: u64) -> Vec<(u64, Prov)> {
        match self {
            AllocRef::Local(alloc) => alloc.prov[alloc.prov_range(start, end)].to_vec(),
            AllocRef::Global(alloc) => {
                let from = alloc.provenance.partition_point(|(at, _)| at + POINTER_SIZE <= start);
                alloc.provenance[from..]
                    .iter()
                    .take_while(|(at, _)| *at < end)
                    .map(|&(at, id)| (at, Prov::Global(id)))
                    .collect()
            }
        }
    }

    /// Reads `size` bytes in bounds; `None` if a byte is not initialized.
    pub fn read_scalar(self, at: u64, size: u64) -> InterpResult<Option<Scalar>> {
        if !self.is_init(at, at + size) {
            return Ok(None);
        }
        let bytes = &self.bytes()[at as usize..(at + size) as usize];
        let mut data = [0; 16];
        data[..bytes.len()].copy_from_slice(bytes);
        let data = u128::from_le_bytes(data);
        if size == POINTER_SIZE
            && let Some(prov) = self.prov_at(at)
        {
            return Ok(Some(Scalar::Ptr(prov, data as u64)));
        }
        if self.has_provs(at, at + size) {
            return unsupported("unable to turn pointer into raw bytes");
        }
        Ok(Some(Scalar::Int { data, size: size as u8 }))
    }

    pub fn has_provs(self, start: u64, end: u64) -> bool {
        match self {
            AllocRef::Local(alloc) => !alloc.prov.is_empty() && !alloc.prov_range(start, end).is_empty(),
            AllocRef::Global(alloc) => !alloc.provenance.is_empty() && !self.provs(start, end).is_empty(),
        }
    }
}

/// The allocations of one evaluation. An id is used once: what is freed stays recognizable.
#[derive(Default)]
pub struct Memory {
    allocs: Vec<Option<Box<LocalAlloc>>>,
}

impl Memory {
    pub fn allocate(&mut self, size: u64, align: u64, kind: MemoryKind) -> InterpResult<u32> {
        // rustc's evaluator fails where the host's allocator does; a limit gives the same answer on every host.
        if size > 1 << 32 {
            return failed("tried to allocate more memory than available to compiler");
        }
        let alloc =
            LocalAlloc { bytes: vec![0; size as usize], prov: Vec::new(), init: InitMask::All(false), align, kind };
        self.allocs.push(Some(Box::new(alloc)));
        Ok(self.allocs.len() as u32 - 1)
    }

    pub fn free(&mut self, id: u32) {
        self.allocs[id as usize] = None;
    }

    pub fn get(&self, id: u32) -> InterpResult<&LocalAlloc> {
        match self.allocs.get(id as usize) {
            Some(Some(alloc)) => Ok(alloc),
            _ => failed("pointer to memory that has been freed (this pointer is dangling)"),
        }
    }

    pub fn get_mut(&mut self, id: u32) -> InterpResult<&mut LocalAlloc> {
        match self.allocs.get_mut(id as usize) {
            Some(Some(alloc)) => Ok(alloc),
            _ => failed("pointer to memory that has been freed (this pointer is dangling)"),
        }
    }

    pub fn take(&mut self, id: u32) -> Option<LocalAlloc> {
        self.allocs.get_mut(id as usize)?.take().map(|alloc| *alloc)
    }

    /// The allocation to write `[at, at + size)` of.
    fn writable(&mut self, id: u32, at: u64, size: u64) -> InterpResult<&mut LocalAlloc> {
        let alloc = self.get_mut(id)?;
        check_bounds(at, size, alloc.len())?;
        if alloc.kind == MemoryKind::GlobalHeap {
            return failed("writing to memory that `const_make_global` made read-only");
        }
        Ok(alloc)
    }

    pub fn write_scalar(&mut self, id: u32, at: u64, scalar: Scalar) -> InterpResult {
        let size = scalar.size();
        let alloc = self.writable(id, at, size)?;
        if !alloc.prov.is_empty() {
            alloc.clear_prov(at, at + size);
        }
        let data = match scalar {
            Scalar::Int { data, .. } => data,
            Scalar::Ptr(prov, offset) => {
                alloc.insert_prov(at, prov);
                offset.into()
            }
        };
        alloc.bytes[at as usize..(at + size) as usize].copy_from_slice(&data.to_le_bytes()[..size as usize]);
        alloc.mark_init(at, at + size, true);
        Ok(())
    }

    pub fn fill(&mut self, id: u32, at: u64, size: u64, byte: u8) -> InterpResult {
        let alloc = self.writable(id, at, size)?;
        alloc.clear_prov(at, at + size);
        alloc.bytes[at as usize..(at + size) as usize].fill(byte);
        alloc.mark_init(at, at + size, true);
        Ok(())
    }

    pub fn mark_uninit(&mut self, id: u32, at: u64, size: u64) -> InterpResult {
        let alloc = self.writable(id, at, size)?;
        alloc.clear_prov(at, at + size);
        alloc.mark_init(at, at + size, false);
        Ok(())
    }

    /// Writes `chunk` to `at`, `count` times in a row.
    pub fn write_chunk(&mut self, id: u32, at: u64, chunk: &Chunk, count: u64) -> InterpResult {
        let size = chunk.bytes.len() as u64;
        let Some(total) = size.checked_mul(count) else {
            return failed("overflow computing total size of a copy");
        };
        let alloc = self.writable(id, at, total)?;
        alloc.clear_prov(at, at + total);
        for i in 0..count {
            let start = at + i * size;
            alloc.bytes[start as usize..(start + size) as usize].copy_from_slice(&chunk.bytes);
        }
        match &chunk.init {
            None => alloc.mark_init(at, at + total, true),
            Some(ranges) => {
                alloc.mark_init(at, at + total, false);
                for i in 0..count {
                    for (from, to) in ranges {
                        alloc.mark_init(at + i * size + from, at + i * size + to, true);
                    }
                }
            }
        }
        if !chunk.prov.is_empty() {
            let all = (0..count).flat_map(|i| chunk.prov.iter().map(move |(o, prov)| (at + i * size + o, *prov)));
            let from = alloc.prov.partition_point(|(offset, _)| *offset < at);
            alloc.prov.splice(from..from, all);
        }
        Ok(())
    }
}

/// A copy of a range of memory, with what is known of each byte.
#[derive(Default)]
pub struct Chunk {
    bytes: Vec<u8>,
    /// Relative to the start of the range.
    prov: Vec<(u64, Prov)>,
    /// `None` if all is initialized.
    init: Option<Vec<(u64, u64)>>,
}

impl Chunk {
    /// `[at, at + size)` of `alloc`.
    pub fn read(alloc: AllocRef<'_>, at: u64, size: u64) -> InterpResult<Chunk> {
        check_bounds(at, size, alloc.bytes().len() as u64)?;
        let end = at + size;
        let mut prov = Vec::new();
        if alloc.has_provs(at, end) {
            prov = alloc.provs(at, end);
            for (offset, _) in &mut prov {
                if *offset < at || *offset + POINTER_SIZE > end {
                    return unsupported("unable to copy parts of a pointer from memory");
                }
                *offset -= at;
            }
        }
        Ok(Chunk { bytes: alloc.bytes()[at as usize..end as usize].to_vec(), prov, init: alloc.init_ranges(at, end) })
    }
}

pub fn check_bounds(at: u64, size: u64, len: u64) -> InterpResult {
    if at.checked_add(size).is_some_and(|end| end <= len) {
        return Ok(());
    }
    failed(format!(
        "memory access failed: attempting to access {size} bytes at offset {}, but the allocation has {len} bytes",
        at as i64
    ))
}
