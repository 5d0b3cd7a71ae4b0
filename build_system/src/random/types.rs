//! The types of a random program, and values of them that need no variable.

use fastrand::Rng;

/// Integer types with their widths.
pub const INTEGERS: [(&str, u32); 12] = [
    ("i8", 8),
    ("u8", 8),
    ("i16", 16),
    ("u16", 16),
    ("i32", 32),
    ("u32", 32),
    ("i64", 64),
    ("u64", 64),
    ("i128", 128),
    ("u128", 128),
    ("isize", 64),
    ("usize", 64),
];

#[derive(Clone, PartialEq)]
pub enum Ty {
    /// By position in [`INTEGERS`].
    Int(usize),
    F32,
    F64,
    Bool,
    Char,
    Str,
    Tuple(Vec<Ty>),
    Array(Box<Ty>, usize),
    Option(Box<Ty>),
    Vec(Box<Ty>),
    Box(Box<Ty>),
    /// By position in the program's definitions.
    Adt(usize),
}

/// A struct has one variant.
pub struct Adt {
    pub is_enum: bool,
    pub variants: Vec<Vec<Ty>>,
    /// It tells the trace when it is dropped.
    pub has_drop: bool,
    pub attribute: &'static str,
}

impl Adt {
    pub fn name(index: usize) -> String {
        format!("T{index}")
    }

    /// The path of a variant's constructor.
    pub fn variant(&self, index: usize, variant: usize) -> String {
        if self.is_enum { format!("T{index}::V{variant}") } else { format!("T{index}") }
    }
}

pub fn name(ty: &Ty) -> String {
    match ty {
        Ty::Int(i) => INTEGERS[*i].0.to_owned(),
        Ty::F32 => "f32".to_owned(),
        Ty::F64 => "f64".to_owned(),
        Ty::Bool => "bool".to_owned(),
        Ty::Char => "char".to_owned(),
        Ty::Str => "String".to_owned(),
        Ty::Tuple(types) => format!("({},)", types.iter().map(name).collect::<Vec<_>>().join(", ")),
        Ty::Array(element, len) => format!("[{}; {len}]", name(element)),
        Ty::Option(inner) => format!("Option<{}>", name(inner)),
        Ty::Vec(inner) => format!("Vec<{}>", name(inner)),
        Ty::Box(inner) => format!("Box<{}>", name(inner)),
        Ty::Adt(index) => Adt::name(*index),
    }
}

/// Copy, as far as the program's own types (which are not) allow.
pub fn is_copy(ty: &Ty) -> bool {
    match ty {
        Ty::Int(_) | Ty::F32 | Ty::F64 | Ty::Bool | Ty::Char => true,
        Ty::Str | Ty::Vec(_) | Ty::Box(_) | Ty::Adt(_) => false,
        Ty::Tuple(types) => types.iter().all(is_copy),
        Ty::Array(inner, _) | Ty::Option(inner) => is_copy(inner),
    }
}

/// A type; its own ones are among the first `adts` definitions.
pub fn random(rng: &mut Rng, adts: usize, depth: u32) -> Ty {
    let inner = |rng: &mut Rng| Box::new(random(rng, adts, depth - 1));
    match rng.u32(0..if depth == 0 { 12 } else { 24 }) {
        0..=7 => Ty::Int(rng.usize(0..INTEGERS.len())),
        8 => Ty::F64,
        9 => Ty::Bool,
        10 => {
            if rng.bool() {
                Ty::Char
            } else {
                Ty::F32
            }
        }
        11 => Ty::Str,
        12 | 13 => Ty::Tuple((0..rng.usize(1..4)).map(|_| *inner(rng)).collect()),
        14 | 15 => {
            let len = rng.usize(1..5);
            Ty::Array(inner(rng), len)
        }
        16 | 17 => Ty::Option(inner(rng)),
        18 => Ty::Vec(inner(rng)),
        19 => Ty::Box(inner(rng)),
        _ if adts > 0 => Ty::Adt(rng.usize(0..adts)),
        _ => Ty::Int(rng.usize(0..INTEGERS.len())),
    }
}

/// A value that mentions no variable.
pub fn literal(rng: &mut Rng, adts: &[Adt], ty: &Ty) -> String {
    let list =
        |rng: &mut Rng, types: &[Ty]| types.iter().map(|ty| literal(rng, adts, ty)).collect::<Vec<_>>().join(", ");
    match ty {
        Ty::Int(i) => integer(rng, *i),
        Ty::F32 | Ty::F64 => {
            let value = ["0.0", "1.5", "-2.25", "1e10", "0.1", "-1e-3", "3.0", "255.5", "1e30"][rng.usize(0..9)];
            format!("({value}_{})", name(ty))
        }
        Ty::Bool => rng.bool().to_string(),
        Ty::Char => format!("'{}'", ['a', 'Z', '0', 'é', '→', '𝄞', ' '][rng.usize(0..7)]),
        Ty::Str => {
            format!("String::from({:?})", ["", "a", "two", "drei ß", "a longer text than most"][rng.usize(0..5)])
        }
        Ty::Tuple(types) => format!("({},)", list(rng, types)),
        Ty::Array(element, len) => {
            let elements: Vec<_> = (0..*len).map(|_| literal(rng, adts, element)).collect();
            format!("[{}]", elements.join(", "))
        }
        Ty::Option(inner) if rng.u32(0..3) > 0 => format!("Some({})", literal(rng, adts, inner)),
        Ty::Option(inner) => format!("None::<{}>", name(inner)),
        Ty::Vec(inner) => {
            let elements: Vec<_> = (0..rng.usize(0..4)).map(|_| literal(rng, adts, inner)).collect();
            format!("Vec::<{}>::from([{}])", name(inner), elements.join(", "))
        }
        Ty::Box(inner) => format!("Box::new({})", literal(rng, adts, inner)),
        Ty::Adt(index) => {
            let adt = &adts[*index];
            let variant = rng.usize(0..adt.variants.len());
            let fields = list(rng, &adt.variants[variant]);
            format!("{}({fields})", adt.variant(*index, variant))
        }
    }
}

/// Small values, and those around the bounds, where the mistakes are.
fn integer(rng: &mut Rng, index: usize) -> String {
    let (name, bits) = INTEGERS[index];
    let signed = name.starts_with('i');
    match rng.u32(0..8) {
        0 => format!("{name}::MAX"),
        1 => format!("{name}::MIN"),
        2 if signed => format!("(-{}_{name})", rng.u32(1..100)),
        3 => format!("(1_{name} << {})", rng.u32(0..bits - 1)),
        4 => format!("({name}::MAX - {})", rng.u32(0..100)),
        _ => format!("{}_{name}", rng.u32(0..if bits == 8 { 128 } else { 1000 })),
    }
}
