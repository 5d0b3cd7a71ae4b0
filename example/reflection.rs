// unstable
//! What a program can ask of its own types at compile time.

#![feature(type_info, try_as_dyn, never_type)]
#![allow(dead_code)]

use std::any::TypeId;
use std::mem::type_info::{Generic, Type, TypeKind};

struct Plain<'a, T, const N: usize> {
    first: u8,
    second: &'a [T; N],
}

#[non_exhaustive]
struct Open(u16);

#[non_exhaustive]
enum Choice<T> {
    None,
    One(T, u32),
    Named { field: i64 },
}

union Either {
    int: u64,
    bytes: [u8; 3],
}

/// The name of a type that the program knows of.
fn name(id: TypeId) -> &'static str {
    let known = [
        (TypeId::of::<u8>(), "u8"),
        (TypeId::of::<u16>(), "u16"),
        (TypeId::of::<u32>(), "u32"),
        (TypeId::of::<i64>(), "i64"),
        (TypeId::of::<u64>(), "u64"),
        (TypeId::of::<usize>(), "usize"),
        (TypeId::of::<[u8; 3]>(), "[u8; 3]"),
        (TypeId::of::<&'static [u16; 4]>(), "&[u16; 4]"),
        (TypeId::of::<()>(), "()"),
        (TypeId::of::<dyn Send>(), "dyn Send"),
        (TypeId::of::<dyn Fn(u8) -> u16>(), "dyn Fn(u8) -> u16"),
    ];
    known.iter().find(|(known, _)| *known == id).map_or("?", |(_, name)| name)
}

fn show(what: &str, info: &Type) {
    let fields = |fields: &[std::mem::type_info::Field]| -> Vec<String> {
        fields.iter().map(|f| format!("{}: {} at {}", f.name, name(f.ty), f.offset)).collect()
    };
    let generics = |generics: &[Generic]| -> Vec<&str> {
        generics
            .iter()
            .map(|g| match g {
                Generic::Lifetime(_) => "lifetime",
                Generic::Type(ty) => name(ty.ty),
                Generic::Const(ct) => name(ct.ty),
                _ => "?",
            })
            .collect()
    };
    let kind = match &info.kind {
        TypeKind::Tuple(tuple) => format!("tuple {:?}", fields(tuple.fields)),
        TypeKind::Array(array) => format!("array of {} {}", array.len, name(array.element_ty)),
        TypeKind::Slice(slice) => format!("slice of {}", name(slice.element_ty)),
        TypeKind::DynTrait(dyn_trait) => {
            let traits = dyn_trait.predicates.iter().map(|p| (name(p.trait_ty.ty), p.trait_ty.is_auto));
            format!("dyn {:?}", traits.collect::<Vec<_>>())
        }
        TypeKind::Struct(s) => format!("struct {:?} {:?} {}", generics(s.generics), fields(s.fields), s.non_exhaustive),
        TypeKind::Enum(e) => {
            let variants = e.variants.iter().map(|v| format!("{} {:?}", v.name, fields(v.fields)));
            format!("enum {:?} {:?} {}", generics(e.generics), variants.collect::<Vec<_>>(), e.non_exhaustive)
        }
        TypeKind::Union(u) => format!("union {:?}", fields(u.fields)),
        TypeKind::Int(int) => format!("int {} {}", int.bits, int.signed),
        TypeKind::Float(float) => format!("float {}", float.bits),
        TypeKind::Reference(to) => format!("reference {} {}", name(to.pointee), to.mutable),
        TypeKind::Pointer(to) => format!("pointer {} {}", name(to.pointee), to.mutable),
        TypeKind::FnPtr(f) => {
            let inputs: Vec<_> = f.inputs.iter().map(|&ty| name(ty)).collect();
            format!("fn {:?} {inputs:?} -> {} {} {}", f.abi, name(f.output), f.unsafety, f.variadic)
        }
        other => format!("{other:?}"),
    };
    println!("{what}: {kind}, {:?} bytes", info.size);
}

macro_rules! show {
    ($($ty:ty),* $(,)?) => { $(show(stringify!($ty), &const { Type::of::<$ty>() });)* };
}

fn main() {
    show!(u8, i128, isize, f32, bool, char, str, !, ());
    show!((u8, u32, u16), [u8; 3], [u16], &'static u64, *mut u8);
    show!(Plain<'static, u16, 4>, Open, Choice<u8>, Either);
    show!(fn(u8, u16) -> u32, unsafe extern "C" fn(usize, ...), extern "sysv64" fn());
    show!(dyn Fn(u8) -> u16 + Send, dyn Send);
    println!("{:?}", std::any::try_as_dyn::<_, dyn std::fmt::Debug>(&7));
    println!("{}", std::any::try_as_dyn::<_, dyn std::fmt::Debug>(&Open(1)).is_some());
    println!("{:?}", std::any::try_as_dyn::<fn(&u8) -> &u8, dyn Copying>(&(id as fn(&u8) -> &u8)).is_some());
}

fn id(x: &u8) -> &u8 {
    x
}

trait Copying {}
impl<T: Copy> Copying for T {}
