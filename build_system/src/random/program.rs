//! A random program from a seed.
//!
//! Functions call only those before them and spend fuel, so that every program ends. Variables are moved where Rust lets
//! them be: not out of loops, closures, borrows or types with a destructor.

use fastrand::Rng;

use super::types::{self, Adt, INTEGERS, Ty, is_copy, literal, name};

const PRELUDE: &str = include_str!("prelude.rs.txt");

struct Function {
    params: Vec<(Passing, Ty)>,
    ret: Ty,
}

#[derive(Clone, Copy, PartialEq)]
enum Passing {
    Value,
    Ref,
    Mut,
}

struct Var {
    /// As an expression: a reference's variable is here as what it points to.
    place: String,
    ty: Ty,
    mutable: bool,
    owned: bool,
    /// Loops around its declaration.
    loops: usize,
    alive: bool,
}

struct Generator {
    rng: Rng,
    adts: Vec<Adt>,
    functions: Vec<Function>,
    vars: Vec<Var>,
    names: usize,
    loops: usize,
    /// Closures around the current place: nothing outside them is moved or changed from within.
    closures: usize,
    ret: Ty,
    /// Expressions that the current function may still contain.
    budget: u32,
}

/// The text of the program that `seed` stands for.
pub fn generate(seed: u64) -> String {
    let mut rng = Rng::with_seed(seed);
    let functions = rng.usize(4..12);
    generate_with(rng, functions)
}

/// The same with a given number of functions.
pub fn generate_sized(seed: u64, functions: usize) -> String {
    generate_with(Rng::with_seed(seed), functions)
}

fn generate_with(rng: Rng, count: usize) -> String {
    let mut g = Generator {
        rng,
        adts: Vec::new(),
        functions: Vec::new(),
        vars: Vec::new(),
        names: 0,
        loops: 0,
        closures: 0,
        ret: Ty::Bool,
        budget: 0,
    };
    let mut out = PRELUDE.to_owned();
    for _ in 0..g.rng.usize(2..7) {
        g.define_adt(&mut out);
    }
    for index in 0..count {
        g.define_function(index, &mut out);
    }
    out.push_str("\nfn main() {\n    set_hook(Box::new(|_| {}));\n");
    for round in 0..3 {
        for index in 0..count {
            let args = g.literal_args(index);
            out.push_str(&format!("    run(\"f{index}.{round}\", || f{index}({args}));\n"));
        }
    }
    out.push_str("}\n");
    out
}

impl Generator {
    fn define_adt(&mut self, out: &mut String) {
        let index = self.adts.len();
        let is_enum = self.rng.bool();
        let count = if is_enum { self.rng.usize(1..5) } else { 1 };
        let variants: Vec<Vec<Ty>> = (0..count)
            .map(|_| (0..self.rng.usize(0..4)).map(|_| types::random(&mut self.rng, index, 2)).collect())
            .collect();
        let attribute = match self.rng.u32(0..6) {
            0 => "#[repr(C)]",
            1 if is_enum => "#[repr(u8)]",
            2 if is_enum => "#[repr(i64)]",
            3 => "#[repr(align(16))]",
            _ => "",
        };
        let adt = Adt { is_enum, variants, has_drop: self.rng.u32(0..3) == 0, attribute };
        let fields = |types: &[Ty]| types.iter().map(name).collect::<Vec<_>>().join(", ");
        out.push_str(&format!("\n#[derive(Clone, Debug, PartialEq)]\n{}\n", adt.attribute));
        let type_name = Adt::name(index);
        if is_enum {
            let variants: Vec<_> =
                adt.variants.iter().enumerate().map(|(i, types)| format!("V{i}({})", fields(types))).collect();
            out.push_str(&format!("enum {type_name} {{ {} }}\n", variants.join(", ")));
        } else {
            out.push_str(&format!("struct {type_name}({});\n", fields(&adt.variants[0])));
        }
        out.push_str(&format!(
            "impl Mix for {type_name} {{\n    fn mix(&self, hash: &mut u64) {{\n        match self {{\n"
        ));
        for (i, types) in adt.variants.iter().enumerate() {
            let names: Vec<String> = (0..types.len()).map(|field| format!("a{field}")).collect();
            let mixes: String = names.iter().map(|name| format!(" {name}.mix(hash);")).collect();
            out.push_str(&format!(
                "            {}({}) => {{ {i}_u8.mix(hash);{mixes} }}\n",
                adt.variant(index, i),
                names.join(", ")
            ));
        }
        out.push_str("        }\n    }\n}\n");
        if adt.has_drop {
            out.push_str(&format!(
                "impl Drop for {type_name} {{\n    fn drop(&mut self) {{\n        trace({index});\n        trace(self.hash());\n    }}\n}}\n"
            ));
        }
        self.adts.push(adt);
    }

    fn define_function(&mut self, index: usize, out: &mut String) {
        let count = self.adts.len();
        let params: Vec<(Passing, Ty)> = (0..self.rng.usize(0..6))
            .map(|_| {
                let passing = [Passing::Value, Passing::Value, Passing::Ref, Passing::Mut][self.rng.usize(0..4)];
                (passing, types::random(&mut self.rng, count, 2))
            })
            .collect();
        self.ret = types::random(&mut self.rng, count, 2);
        self.budget = self.rng.u32(30..160);
        self.vars.clear();
        let mut text = Vec::new();
        for (i, (passing, ty)) in params.iter().enumerate() {
            let (prefix, reference, place) = match passing {
                Passing::Value => ("mut ", "", format!("p{i}")),
                Passing::Ref => ("", "&", format!("(*p{i})")),
                Passing::Mut => ("", "&mut ", format!("(*p{i})")),
            };
            text.push(format!("{prefix}p{i}: {reference}{}", name(ty)));
            let (mutable, owned) = (*passing != Passing::Ref, *passing == Passing::Value);
            self.vars.push(Var { place, ty: ty.clone(), mutable, owned, loops: 0, alive: true });
        }
        let ret = self.ret.clone();
        let early = literal(&mut self.rng, &self.adts, &ret);
        let attribute =
            ["", "", "#[inline(never)]\n", "#[inline(always)]\n", "#[track_caller]\n"][self.rng.usize(0..5)];
        let head = format!("\n{attribute}fn f{index}({}) -> {} {{\n", text.join(", "), name(&ret));
        let mut body = format!("    if !tick() {{\n        return {early};\n    }}\n");
        for _ in 0..self.rng.usize(1..7) {
            let statement = self.statement(3);
            body.push_str(&format!("    {statement}\n"));
        }
        let value = self.expr(&ret, 4);
        out.push_str(&format!("{head}{body}    {value}\n}}\n"));
        self.functions.push(Function { params, ret });
    }

    fn literal_args(&mut self, index: usize) -> String {
        let mut args = Vec::new();
        for i in 0..self.functions[index].params.len() {
            let (passing, ty) = self.functions[index].params[i].clone();
            args.push(reference(passing, literal(&mut self.rng, &self.adts, &ty)));
        }
        args.join(", ")
    }

    fn fresh(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn declare(&mut self, place: String, ty: Ty, mutable: bool, owned: bool) {
        self.vars.push(Var { place, ty, mutable, owned, loops: self.loops, alive: true });
    }

    fn random_ty(&mut self, depth: u32) -> Ty {
        let count = self.adts.len();
        types::random(&mut self.rng, count, depth)
    }

    fn random_int(&mut self) -> usize {
        self.rng.usize(0..INTEGERS.len())
    }

    /// A position among the living variables that `wanted` selects.
    fn find(&mut self, wanted: impl Fn(&Var) -> bool) -> Option<usize> {
        let found: Vec<usize> = (0..self.vars.len()).filter(|&i| self.vars[i].alive && wanted(&self.vars[i])).collect();
        (!found.is_empty()).then(|| found[self.rng.usize(0..found.len())])
    }

    fn can_move(&self, var: &Var) -> bool {
        var.owned && var.loops == self.loops && self.closures == 0
    }

    /// A block of statements and a value.
    fn block(&mut self, ty: &Ty, depth: u32) -> String {
        let mark = self.vars.len();
        let mut text = "{ ".to_owned();
        for _ in 0..self.rng.usize(0..3) {
            text.push_str(&self.statement(depth));
            text.push(' ');
        }
        text.push_str(&self.expr(ty, depth));
        self.vars.truncate(mark);
        text + " }"
    }

    /// A block that does something.
    fn unit_block(&mut self, depth: u32) -> String {
        let mark = self.vars.len();
        let mut text = "{ ".to_owned();
        for _ in 0..self.rng.usize(1..4) {
            text.push_str(&self.statement(depth));
            text.push(' ');
        }
        self.vars.truncate(mark);
        text + "}"
    }

    fn statement(&mut self, depth: u32) -> String {
        let kinds = if depth == 0 || self.budget == 0 { 5 } else { 16 };
        match self.rng.u32(0..kinds) {
            0 | 1 => self.let_statement(depth),
            2 | 3 => self.assignment(depth),
            4 => {
                let ty = self.random_ty(1);
                format!("trace(described(&{}));", self.expr(&ty, depth.saturating_sub(1)))
            }
            5 | 6 => {
                let condition = self.expr(&Ty::Bool, depth - 1);
                let then = self.unit_block(depth - 1);
                if self.rng.bool() {
                    return format!("if {condition} {then}");
                }
                let otherwise = self.unit_block(depth - 1);
                format!("if {condition} {then} else {otherwise}")
            }
            7 | 8 => self.for_loop(depth),
            9 => self.while_let(depth),
            10 if self.closures == 0 => {
                let condition = self.expr(&Ty::Bool, depth - 1);
                let ret = self.ret.clone();
                format!("if {condition} {{ return {}; }}", self.expr(&ret, depth - 1))
            }
            11 => self.destructure(depth),
            12 if self.loops > 0 && self.closures == 0 => {
                let condition = self.expr(&Ty::Bool, depth - 1);
                format!("if {condition} {{ {}; }}", if self.rng.bool() { "break" } else { "continue" })
            }
            13 => match self.find(|var| var.owned) {
                Some(i) if self.can_move(&self.vars[i]) => {
                    self.vars[i].alive = false;
                    format!("drop({});", self.vars[i].place)
                }
                _ => self.let_statement(depth),
            },
            _ => {
                let ty = self.random_ty(2);
                format!("{};", self.expr(&ty, depth - 1))
            }
        }
    }

    fn let_statement(&mut self, depth: u32) -> String {
        let ty = self.random_ty(2);
        let value = self.expr(&ty, depth);
        let name_of = self.fresh();
        let condition = self.simple_bool();
        self.declare(name_of.clone(), ty.clone(), true, true);
        if self.rng.u32(0..6) == 0 {
            // Initialized on each path of its own.
            let other = literal(&mut self.rng, &self.adts, &ty);
            return format!(
                "let mut {name_of}: {}; if {condition} {{ {name_of} = {value}; }} else {{ {name_of} = {other}; }}",
                name(&ty)
            );
        }
        format!("let mut {name_of}: {} = {value};", name(&ty))
    }

    fn assignment(&mut self, depth: u32) -> String {
        let inside = self.closures;
        let Some(i) = self.find(|var| var.mutable && inside == 0) else { return self.let_statement(depth) };
        let (place, ty) = (self.vars[i].place.clone(), self.vars[i].ty.clone());
        let fields = self.fields(&ty);
        if !fields.is_empty() && self.rng.bool() {
            let (field, ty) = fields[self.rng.usize(0..fields.len())].clone();
            let value = self.expr(&ty, depth.saturating_sub(1));
            return if self.vars[i].alive { format!("{place}.{field} = {value};") } else { format!("drop({value});") };
        }
        if let Ty::Int(int) = ty
            && self.rng.bool()
        {
            let operator = ["+=", "-=", "*=", "^=", "|=", "&="][self.rng.usize(0..6)];
            let value = self.expr(&Ty::Int(int), depth.saturating_sub(1));
            return format!("{place} {operator} {value};");
        }
        let value = self.expr(&ty, depth.saturating_sub(1));
        // Whether or not the value was made of the variable's own, it is whole again.
        if self.vars[i].alive || self.vars[i].loops == self.loops {
            self.vars[i].alive = true;
        }
        format!("{place} = {value};")
    }

    fn for_loop(&mut self, depth: u32) -> String {
        let int = self.random_int();
        let var = self.fresh();
        let count = self.rng.u32(1..6);
        self.loops += 1;
        let mark = self.vars.len();
        self.declare(var.clone(), Ty::Int(int), false, true);
        let body = self.unit_block(depth - 1);
        self.vars.truncate(mark);
        self.loops -= 1;
        let int = INTEGERS[int].0;
        let range = match self.rng.u32(0..3) {
            0 => format!("(0_{int}..{count})"),
            1 => format!("(0_{int}..={count}).rev()"),
            _ => format!("[{count}_{int}, 7, {int}::MAX]"),
        };
        format!("for {var} in {range} {body}")
    }

    fn while_let(&mut self, depth: u32) -> String {
        let inside = self.closures;
        let found = self.find(|var| var.mutable && inside == 0 && matches!(var.ty, Ty::Vec(_)));
        let Some(i) = found else { return self.for_loop(depth) };
        let Ty::Vec(inner) = self.vars[i].ty.clone() else { return self.for_loop(depth) };
        let place = self.vars[i].place.clone();
        // The body must leave the vector alone, or might fill it for ever.
        self.vars[i].alive = false;
        let item = self.fresh();
        self.loops += 1;
        let mark = self.vars.len();
        self.declare(item.clone(), *inner, true, true);
        let body = self.unit_block(depth - 1);
        self.vars.truncate(mark);
        self.loops -= 1;
        self.vars[i].alive = true;
        format!("while let Some(mut {item}) = {place}.pop() {body}")
    }

    /// Takes a variable apart, leaving parts of it where they were.
    fn destructure(&mut self, depth: u32) -> String {
        let found = self.find(|var| var.owned && matches!(var.ty, Ty::Tuple(_)));
        let Some(i) = found.filter(|&i| self.can_move(&self.vars[i])) else { return self.let_statement(depth) };
        let Ty::Tuple(types) = self.vars[i].ty.clone() else { return self.let_statement(depth) };
        let place = self.vars[i].place.clone();
        self.vars[i].alive = false;
        let mut names = Vec::new();
        for ty in types {
            if self.rng.u32(0..3) == 0 {
                names.push("_".to_owned());
            } else {
                let var = self.fresh();
                self.declare(var.clone(), ty, true, true);
                names.push(format!("mut {var}"));
            }
        }
        format!("let ({},) = {place};", names.join(", "))
    }

    fn fields(&self, ty: &Ty) -> Vec<(usize, Ty)> {
        let types: &[Ty] = match ty {
            Ty::Tuple(types) => types,
            Ty::Adt(index) if !self.adts[*index].is_enum => &self.adts[*index].variants[0],
            _ => &[],
        };
        types.iter().cloned().enumerate().collect()
    }

    /// A condition without statements in it.
    fn simple_bool(&mut self) -> String {
        match self.find(|var| matches!(var.ty, Ty::Int(_))) {
            Some(i) => {
                let Ty::Int(int) = self.vars[i].ty else { return "true".to_owned() };
                let other = literal(&mut self.rng, &[], &Ty::Int(int));
                format!("{} < {other}", self.vars[i].place)
            }
            None => self.rng.bool().to_string(),
        }
    }

    /// A variable, a part of one, or a literal.
    fn leaf(&mut self, ty: &Ty) -> String {
        if self.rng.u32(0..8) > 0
            && let Some(i) = self.find(|var| var.ty == *ty)
        {
            return self.read(i);
        }
        if self.rng.bool() {
            let adts: Vec<Ty> = self.vars.iter().map(|var| var.ty.clone()).collect();
            let holding: Vec<(usize, usize)> = (0..adts.len())
                .filter(|&i| self.vars[i].alive)
                .flat_map(|i| self.fields(&adts[i]).into_iter().filter(|(_, t)| t == ty).map(move |(f, _)| (i, f)))
                .collect();
            if !holding.is_empty() {
                let (i, field) = holding[self.rng.usize(0..holding.len())];
                let place = format!("{}.{field}", self.vars[i].place);
                if is_copy(ty) {
                    return place;
                }
                let dropped = matches!(self.vars[i].ty, Ty::Adt(index) if self.adts[index].has_drop);
                if !dropped && self.can_move(&self.vars[i]) && self.rng.bool() {
                    self.vars[i].alive = false;
                    return place;
                }
                return format!("{place}.clone()");
            }
        }
        literal(&mut self.rng, &self.adts, ty)
    }

    fn read(&mut self, i: usize) -> String {
        let place = self.vars[i].place.clone();
        if is_copy(&self.vars[i].ty) {
            return place;
        }
        if self.can_move(&self.vars[i]) && self.rng.bool() {
            self.vars[i].alive = false;
            return place;
        }
        format!("{place}.clone()")
    }

    fn expr(&mut self, ty: &Ty, depth: u32) -> String {
        if depth == 0 || self.budget == 0 {
            return self.leaf(ty);
        }
        self.budget -= 1;
        match self.rng.u32(0..20) {
            0 | 1 => self.leaf(ty),
            2 | 3 => {
                let condition = self.expr(&Ty::Bool, depth - 1);
                let then = self.block(ty, depth - 1);
                let otherwise = self.block(ty, depth - 1);
                format!("(if {condition} {then} else {otherwise})")
            }
            4 => self.block(ty, depth - 1),
            5 => {
                let condition = self.simple_bool();
                let a = self.expr(ty, depth - 1);
                format!("pick({condition}, {a}, {})", self.expr(ty, depth - 1))
            }
            6 | 7 => self.call(ty, depth),
            8 | 9 => self.match_expr(ty, depth),
            10 => self.closure(ty, depth),
            11 => {
                let option = self.expr(&Ty::Option(Box::new(ty.clone())), depth - 1);
                format!("{option}.unwrap_or_else(|| {})", literal(&mut self.rng, &self.adts, ty))
            }
            12 => format!("(*{})", self.expr(&Ty::Box(Box::new(ty.clone())), depth - 1)),
            13 => {
                let inside = self.closures;
                match self.find(|var| var.mutable && inside == 0 && var.ty == *ty) {
                    Some(i) => {
                        let place = self.vars[i].place.clone();
                        let value = literal(&mut self.rng, &self.adts, ty);
                        format!("std::mem::replace(&mut {place}, {value})")
                    }
                    None => self.of_type(ty, depth),
                }
            }
            14 => match self.find(|var| matches!(&var.ty, Ty::Array(element, _) if **element == *ty)) {
                Some(i) => {
                    let Ty::Array(_, len) = self.vars[i].ty else { return self.leaf(ty) };
                    let index = self.simple_index(len);
                    let place = format!("{}[{index}]", self.vars[i].place);
                    if is_copy(ty) { place } else { format!("{place}.clone()") }
                }
                None => self.of_type(ty, depth),
            },
            _ => self.of_type(ty, depth),
        }
    }

    /// An index that now and then is out of bounds.
    fn simple_index(&mut self, len: usize) -> String {
        match self.find(|var| matches!(var.ty, Ty::Int(_))) {
            Some(i) => {
                format!("{} as usize % {}", self.vars[i].place, if self.rng.u32(0..5) == 0 { len + 1 } else { len })
            }
            None => self.rng.usize(0..len).to_string(),
        }
    }

    fn call(&mut self, ty: &Ty, depth: u32) -> String {
        let found: Vec<usize> = (0..self.functions.len()).filter(|&i| self.functions[i].ret == *ty).collect();
        if found.is_empty() {
            return self.of_type(ty, depth);
        }
        let index = found[self.rng.usize(0..found.len())];
        let mut args = Vec::new();
        for i in 0..self.functions[index].params.len() {
            let (passing, ty) = self.functions[index].params[i].clone();
            let value = self.expr(&ty, depth - 1);
            // A place would stay borrowed while later arguments are made.
            args.push(reference(passing, if passing == Passing::Value { value } else { format!("{{ {value} }}") }));
        }
        format!("f{index}({})", args.join(", "))
    }

    fn match_expr(&mut self, ty: &Ty, depth: u32) -> String {
        let Some(i) = self.find(|var| matches!(var.ty, Ty::Adt(_) | Ty::Option(_) | Ty::Int(_))) else {
            return self.of_type(ty, depth);
        };
        let place = self.vars[i].place.clone();
        let subject = self.vars[i].ty.clone();
        if let Ty::Int(int) = subject {
            let bound = INTEGERS[int].0;
            let arms = [self.block(ty, depth - 1), self.block(ty, depth - 1), self.block(ty, depth - 1)];
            return format!(
                "(match {place} {{ {bound}::MIN..=5 => {}, 6 | 7 | 100 => {}, _ => {} }})",
                arms[0], arms[1], arms[2]
            );
        }
        let dropped = matches!(subject, Ty::Adt(index) if self.adts[index].has_drop);
        let by_value = !dropped && self.can_move(&self.vars[i]) && self.rng.bool();
        // Neither by value nor by reference may the arms use it.
        self.vars[i].alive = false;
        let variants: Vec<(String, Vec<Ty>)> = match &subject {
            Ty::Option(inner) => vec![("None".to_owned(), vec![]), ("Some".to_owned(), vec![(**inner).clone()])],
            Ty::Adt(index) => {
                let adt = &self.adts[*index];
                let of = |(variant, types): (usize, &Vec<Ty>)| (adt.variant(*index, variant), types.clone());
                adt.variants.iter().enumerate().map(of).collect()
            }
            _ => vec![],
        };
        let mut arms = Vec::new();
        for (path, types) in variants {
            let mark = self.vars.len();
            let mut patterns = Vec::new();
            for ty in types {
                if self.rng.u32(0..4) == 0 {
                    patterns.push("_".to_owned());
                    continue;
                }
                let var = self.fresh();
                patterns.push(var.clone());
                let place = if by_value { var } else { format!("(*{var})") };
                self.declare(place, ty, false, by_value);
            }
            let pattern = if path == "None" { path } else { format!("{path}({})", patterns.join(", ")) };
            let body = self.expr(ty, depth - 1);
            self.vars.truncate(mark);
            arms.push(format!("{pattern} => {body}"));
        }
        self.vars[i].alive = !by_value;
        format!("(match {}{place} {{ {} }})", if by_value { "" } else { "&" }, arms.join(", "))
    }

    fn closure(&mut self, ty: &Ty, depth: u32) -> String {
        let param = self.random_ty(1);
        let argument = self.expr(&param, depth - 1);
        let (var, bound, value) = (self.fresh(), self.fresh(), self.fresh());
        // From here on nothing outside is moved or changed; what is declared inside stays inside.
        self.closures += 1;
        let mark = self.vars.len();
        self.declare(bound.clone(), param.clone(), false, true);
        let body = self.expr(ty, depth - 1);
        self.vars.truncate(mark);
        self.closures -= 1;
        let call = if self.rng.bool() { format!("{var}({value})") } else { format!("apply(&{var}, {value})") };
        format!(
            "{{ let {value} = {argument}; let {var} = |{bound}: {}| -> {} {{ {body} }}; {call} }}",
            name(&param),
            name(ty)
        )
    }

    /// An expression that only this type has.
    fn of_type(&mut self, ty: &Ty, depth: u32) -> String {
        let less = depth - 1;
        match ty {
            Ty::Int(int) => self.integer(*int, depth),
            Ty::F32 | Ty::F64 => {
                let a = self.expr(ty, less);
                match self.rng.u32(0..6) {
                    0 => {
                        let int = self.random_int();
                        format!("({} as {})", self.expr(&Ty::Int(int), less), name(ty))
                    }
                    1 => format!("{a}.{}()", ["abs", "floor", "sqrt", "trunc"][self.rng.usize(0..4)]),
                    2 => format!("{a}.{}({})", ["min", "max", "copysign"][self.rng.usize(0..3)], self.expr(ty, less)),
                    _ => format!("({a} {} {})", ["+", "-", "*", "/", "%"][self.rng.usize(0..5)], self.expr(ty, less)),
                }
            }
            Ty::Bool => match self.rng.u32(0..4) {
                0 => format!("(!{})", self.expr(ty, less)),
                1 => {
                    let a = self.expr(ty, less);
                    format!("({a} {} {})", ["&&", "||"][self.rng.usize(0..2)], self.expr(ty, less))
                }
                2 => {
                    let other = self.random_ty(2);
                    let a = self.expr(&other, less);
                    format!("({{ {a} }} == {{ {} }})", self.expr(&other, less))
                }
                _ => {
                    let other = [Ty::Int(self.random_int()), Ty::F64, Ty::Char][self.rng.usize(0..3)].clone();
                    let a = self.expr(&other, less);
                    let operator = ["<", "<=", ">", ">=", "!="][self.rng.usize(0..5)];
                    format!("({{ {a} }} {operator} {{ {} }})", self.expr(&other, less))
                }
            },
            Ty::Char => format!("char::from_u32({} % 0xd000).unwrap_or('?')", self.expr(&Ty::Int(5), less)),
            Ty::Str => {
                let other = self.random_ty(2);
                match self.rng.u32(0..3) {
                    0 => format!("format!(\"{{:?}}\", {})", self.expr(&other, less)),
                    1 => {
                        let a = self.expr(ty, less);
                        format!("({a} + &{})", self.expr(ty, less))
                    }
                    _ => format!("{}.chars().rev().collect::<String>()", self.expr(ty, less)),
                }
            }
            Ty::Tuple(types) => {
                let parts: Vec<_> = types.iter().map(|ty| self.expr(ty, less)).collect();
                format!("({},)", parts.join(", "))
            }
            Ty::Array(element, len) => {
                if is_copy(element) && self.rng.bool() {
                    return format!("[{}; {len}]", self.expr(element, less));
                }
                let parts: Vec<_> = (0..*len).map(|_| self.expr(element, less)).collect();
                format!("[{}]", parts.join(", "))
            }
            Ty::Option(inner) => match self.rng.u32(0..4) {
                0 => format!("{}.into_iter().next_back()", self.expr(&Ty::Vec(inner.clone()), less)),
                1 => {
                    let condition = self.expr(&Ty::Bool, less);
                    format!("{condition}.then(|| {})", literal(&mut self.rng, &self.adts, inner))
                }
                _ => format!("Some({})", self.expr(inner, less)),
            },
            Ty::Vec(inner) => match self.rng.u32(0..4) {
                0 => {
                    let a = self.expr(ty, less);
                    let var = self.fresh();
                    format!(
                        "{{ let mut {var} = {a}; {var}.push({}); {var} }}",
                        literal(&mut self.rng, &self.adts, inner)
                    )
                }
                1 => format!("{}.into_iter().rev().collect::<Vec<_>>()", self.expr(ty, less)),
                2 => format!(
                    "{}.into_iter().filter(|item| item.hash() % 3 > 0).collect::<Vec<_>>()",
                    self.expr(ty, less)
                ),
                _ => {
                    let parts: Vec<_> = (0..self.rng.usize(0..4)).map(|_| self.expr(inner, less)).collect();
                    format!("Vec::<{}>::from([{}])", name(inner), parts.join(", "))
                }
            },
            Ty::Box(inner) => format!("Box::new({})", self.expr(inner, less)),
            Ty::Adt(index) => {
                let variant = self.rng.usize(0..self.adts[*index].variants.len());
                let types = self.adts[*index].variants[variant].clone();
                let parts: Vec<_> = types.iter().map(|ty| self.expr(ty, less)).collect();
                format!("{}({})", self.adts[*index].variant(*index, variant), parts.join(", "))
            }
        }
    }

    fn integer(&mut self, int: usize, depth: u32) -> String {
        let less = depth - 1;
        let (name_of, bits) = INTEGERS[int];
        let ty = Ty::Int(int);
        match self.rng.u32(0..14) {
            0..=2 => {
                let a = self.expr(&ty, less);
                let operator = ["+", "-", "*", "/", "%"][self.rng.usize(0..5)];
                format!("({a} {operator} {})", self.expr(&ty, less))
            }
            3 | 4 => {
                let a = self.expr(&ty, less);
                format!("({a} {} {})", ["&", "|", "^"][self.rng.usize(0..3)], self.expr(&ty, less))
            }
            5 => {
                let a = self.expr(&ty, less);
                let amount = self.expr(&Ty::Int(5), less);
                format!("({a} {} ({amount} % {bits}))", ["<<", ">>"][self.rng.usize(0..2)])
            }
            6 => {
                let a = self.expr(&ty, less);
                let method = [
                    "wrapping_add",
                    "wrapping_sub",
                    "wrapping_mul",
                    "saturating_add",
                    "saturating_sub",
                    "saturating_mul",
                ][self.rng.usize(0..6)];
                format!("{a}.{method}({})", self.expr(&ty, less))
            }
            7 => {
                let a = self.expr(&ty, less);
                let method =
                    ["checked_add", "checked_sub", "checked_mul", "checked_div", "checked_rem"][self.rng.usize(0..5)];
                let b = self.expr(&ty, less);
                format!("{a}.{method}({b}).unwrap_or({})", literal(&mut self.rng, &self.adts, &ty))
            }
            8 => {
                let method = ["count_ones", "leading_zeros", "trailing_zeros"][self.rng.usize(0..3)];
                format!("({}.{method}() as {name_of})", self.expr(&ty, less))
            }
            9 => {
                let method = ["swap_bytes()", "reverse_bits()", "rotate_left(3)", "rotate_right(7)", "wrapping_neg()"];
                let method = method[self.rng.usize(0..5)];
                format!("{}.{method}", self.expr(&ty, less))
            }
            10 => {
                let other = self.random_int();
                format!("({} as {name_of})", self.expr(&Ty::Int(other), less))
            }
            11 => {
                let other = [Ty::F64, Ty::F32, Ty::Int(0)][self.rng.usize(0..3)].clone();
                format!("({} as {name_of})", self.expr(&other, less))
            }
            12 => {
                let other = self.random_ty(2);
                let function = ["described", "through_dyn"][self.rng.usize(0..2)];
                format!("({function}(&{}) as {name_of})", self.expr(&other, less))
            }
            _ => format!("(!{})", self.expr(&ty, less)),
        }
    }
}

fn reference(passing: Passing, value: String) -> String {
    match passing {
        Passing::Value => value,
        Passing::Ref => format!("&{value}"),
        Passing::Mut => format!("&mut {value}"),
    }
}
