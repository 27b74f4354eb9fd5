//! From types as written to types: names looked up, bounds read, loops and sizes found out.

use std::collections::HashMap;
use std::sync::Arc;

use super::Source;
use super::schema::MAX_CELLS;
use crate::book::model::{Expr, FieldText, Named, Text, TypeText};
use crate::diagnostic::{Diagnostic, Findings, Span, did_you_mean};
use crate::literal::{RangeText, TYPE_NAMES, TypeExpr, TypeKind, Units, parse_bound, parse_type_text};
use crate::number::Number;
use crate::types::{Bounds, DEFAULT_MAX_LEN, EnumType, Field, ListType, RecordType, Type};

/// How deep types may stand in one another; JSON readers stop at 128.
const MAX_DEPTH: u32 = 60;

/// Looks types up and builds them, each named one once.
pub(super) struct Resolver<'b> {
    types: &'b [Named<TypeText>],
    units: &'b Units,
    findings: &'b mut Findings,
    /// Named types that were built; none where that failed.
    done: HashMap<&'b str, Option<Resolved>>,
    /// Named types being built, outermost first.
    open: Vec<&'b str>,
    /// Paths of facts that could not be built.
    pub(super) broken: Vec<String>,
}

/// A type that was built.
#[derive(Clone)]
struct Resolved {
    ty: Type,
    bounds: Bounds,
    /// Cells it takes, with one row of each list and map.
    cells: u32,
    /// How many types stand in one another.
    depth: u32,
}

impl Resolved {
    fn simple(ty: Type, bounds: Bounds) -> Self {
        Self { ty, bounds, cells: 1, depth: 1 }
    }
}

/// What a fact may take: never a claim, which its asker could make up, and a system's word counts anyway.
const TAKES: [Source; 2] = [Source::Word, Source::Seen];

/// Whether a field somewhere in a type says what it takes.
fn takes_inside(ty: &Type) -> bool {
    match ty {
        Type::Record(record) => record.fields.iter().any(|f| f.takes != Source::System || takes_inside(&f.ty)),
        Type::List(list) | Type::Map(list) => takes_inside(&list.of),
        _ => false,
    }
}

/// The type of a list.
pub(super) fn list_of(of: Type, bounds: Bounds, min_len: u32, max_len: u32) -> Type {
    Type::List(Arc::new(ListType { of, bounds, min_len, max_len }))
}

impl<'b> Resolver<'b> {
    pub(super) fn new(types: &'b [Named<TypeText>], units: &'b Units, findings: &'b mut Findings) -> Self {
        Self { types, units, findings, done: HashMap::new(), open: Vec::new(), broken: Vec::new() }
    }

    /// Builds every named type, so that what is wrong with an unused one is found too.
    pub(super) fn check_all(&mut self) {
        for named in self.types {
            self.named(&named.id.value, named.id.at);
        }
    }

    /// The book's own facts; those that cannot be built go to `broken`.
    pub(super) fn own_facts(&mut self, facts: &'b [FieldText]) -> Vec<Field> {
        let (fields, cells, _) = self.fields(facts, "");
        if cells > MAX_CELLS
            && let Some(last) = facts.last()
        {
            self.too_large("the facts take", cells, last.name.at);
            return Vec::new();
        }
        fields
    }

    /// Builds the fields that can be, with their cells (never above twice the most allowed) and depth.
    fn fields(&mut self, texts: &'b [FieldText], prefix: &str) -> (Vec<Field>, u32, u32) {
        let (mut fields, mut cells, mut depth) = (Vec::<Field>::new(), 1_u32, 0);
        for text in texts {
            let path = text.path_in(prefix);
            if fields.iter().any(|f| f.name == text.name.value) {
                let error = format!("`{}` is declared twice", text.name.value);
                let finding = Diagnostic::error("duplicate_name", text.name.at, error).label("again");
                self.findings.push(finding.help("leave one of them out"));
                continue;
            }
            let Some(built) = self.resolve(&text.ty, &path) else {
                self.broken.push(path);
                continue;
            };
            cells = cells.saturating_add(built.cells);
            depth = depth.max(built.depth);
            if cells > MAX_CELLS {
                return (Vec::new(), cells, depth);
            }
            let name = text.name.value.clone();
            let takes = self.takes(text, &built.ty);
            fields.push(Field { name, ty: built.ty, optional: text.optional, bounds: built.bounds, takes, offset: 0 });
        }
        (fields, cells, depth)
    }

    /// `takes:` of a field; a system's own where it says nothing, or nothing that can be.
    fn takes(&mut self, text: &FieldText, ty: &Type) -> Source {
        if let Type::List(list) | Type::Map(list) = ty
            && takes_inside(&list.of)
        {
            let error = format!("`takes` counts for nothing inside `{}`", text.name.value);
            let help = "a list has one source: write `{ type: .., takes: .. }` for the list itself";
            self.findings.push(Diagnostic::error("takes_nowhere", text.name.at, error).help(help));
        }
        let Some(takes) = &text.takes else { return Source::System };
        if let Some(source) = Source::parse(takes.as_str()).filter(|source| TAKES.contains(source)) {
            return source;
        }
        let error = format!("a fact cannot take `{}`", takes.value);
        let help = match did_you_mean(takes.as_str(), TAKES.map(Source::word)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write `word` where only the customer knows, `seen` where somebody looks".to_owned(),
        };
        self.findings.push(Diagnostic::error("unknown_source", takes.at, error).help(help));
        Source::System
    }

    fn resolve(&mut self, text: &'b TypeText, path: &str) -> Option<Resolved> {
        match text {
            TypeText::Named(expr) => match parse_type_text(&expr.text) {
                Ok(parsed) => self.expr(&parsed, expr),
                Err(e) => {
                    let at = expr.span(e.start, e.end);
                    self.findings.push(Diagnostic::error("bad_type", at, e.message).help(e.help));
                    None
                }
            },
            TypeText::Enum(values, at) => self.enumeration(values, *at, path),
            TypeText::Record(fields, at) => self.record(fields, *at, path),
        }
    }

    fn expr(&mut self, parsed: &TypeExpr, text: &Expr) -> Option<Resolved> {
        let at = text.span(parsed.start, parsed.end);
        match &parsed.kind {
            TypeKind::Simple(ty, range) => {
                let bounds = self.bounds(ty, range.as_ref(), text)?;
                Some(Resolved::simple(ty.clone(), bounds))
            }
            TypeKind::List(of, len) => self.many(of, len.as_ref(), (1, DEFAULT_MAX_LEN), text, Type::List),
            TypeKind::Map(of, len) => self.many(of, len.as_ref(), (0, DEFAULT_MAX_LEN), text, Type::Map),
            TypeKind::Named(name) => self.named(name, at),
        }
    }

    /// A list or a map.
    fn many(
        &mut self,
        of: &TypeExpr,
        len: Option<&RangeText>,
        default: (u32, u32),
        text: &Expr,
        make: fn(Arc<ListType>) -> Type,
    ) -> Option<Resolved> {
        let (min_len, max_len) = match len {
            Some(range) => self.lengths(range, default, text)?,
            None => default,
        };
        let of = self.expr(of, text)?;
        let (cells, depth) = (of.cells.saturating_add(2), of.depth + 1);
        if depth > MAX_DEPTH {
            return self.too_deep(text.at);
        }
        let ty = make(Arc::new(ListType { of: of.ty, bounds: of.bounds, min_len, max_len }));
        Some(Resolved { ty, bounds: Bounds::default(), cells, depth })
    }

    fn lengths(&mut self, range: &RangeText, default: (u32, u32), text: &Expr) -> Option<(u32, u32)> {
        let read = |end: &Option<(String, usize)>, default| match end {
            None => Some(default),
            Some((digits, _)) => digits.parse::<u32>().ok(),
        };
        let lengths = read(&range.min, 0).zip(read(&range.max, default.1.max(DEFAULT_MAX_LEN)));
        if lengths.is_none_or(|(min, max)| min > max) {
            let at = text.span(range.start, range.end);
            let finding = Diagnostic::error("bad_length", at, "this is not a range of lengths");
            self.findings.push(finding.help("write how many there may be, such as `1..20`"));
            return None;
        }
        lengths
    }

    fn bounds(&mut self, ty: &Type, range: Option<&RangeText>, text: &Expr) -> Option<Bounds> {
        let Some(range) = range else { return Some(Bounds::default()) };
        let min = self.bound(ty, range.min.as_ref(), text)?;
        let max = self.bound(ty, range.max.as_ref(), text)?;
        if let (Some(least), Some(most)) = (min, max)
            && least > most
        {
            let at = text.span(range.start, range.end);
            let finding = Diagnostic::error("empty_range", at, "no value lies in this range");
            self.findings.push(finding.help("write the least first, such as `0..100`"));
            return None;
        }
        Some(Bounds { min, max })
    }

    /// One end of a range: none when it is wrong (and reported), some of none when it is open.
    #[expect(clippy::option_option, reason = "failed, open, and closed are three things")]
    fn bound(&mut self, ty: &Type, end: Option<&(String, usize)>, text: &Expr) -> Option<Option<Number>> {
        let Some((literal, start)) = end else { return Some(None) };
        match parse_bound(literal, ty, self.units) {
            Ok(number) => Some(Some(number)),
            Err(e) => {
                let at = text.span(*start, start + literal.len());
                let mut finding = Diagnostic::error("bad_bound", at, e.to_string());
                finding.help = e.hint.or_else(|| Some(format!("write {}", e.expected)));
                self.findings.push(finding);
                None
            }
        }
    }

    fn named(&mut self, name: &str, at: Span) -> Option<Resolved> {
        let Some(declared) = self.types.iter().find(|t| t.id.value == name) else {
            self.unknown_type(name, at);
            return None;
        };
        let name = declared.id.as_str();
        if let Some(done) = self.done.get(name) {
            return done.clone();
        }
        if self.open.contains(&name) {
            self.recursive(name, at);
            return None;
        }
        if self.open.len() > MAX_DEPTH as usize {
            return self.too_deep(at);
        }
        self.open.push(name);
        // Fields that fail inside a type are reported there; as facts they are broken wherever it is used.
        let outer = std::mem::take(&mut self.broken);
        let built = self.resolve(&declared.item, name).filter(|_| self.broken.is_empty());
        self.broken = outer;
        self.open.pop();
        self.done.insert(name, built.clone());
        built
    }

    fn enumeration(&mut self, values: &[Text], at: Span, path: &str) -> Option<Resolved> {
        for (i, value) in values.iter().enumerate() {
            if values.iter().take(i).any(|v| v.value == value.value) {
                let error = format!("`{}` is in this list twice", value.value);
                self.findings.push(Diagnostic::error("duplicate_value", value.at, error).help("leave one of them out"));
            }
        }
        if values.is_empty() {
            let finding = Diagnostic::error("empty_enum", at, "this list of values is empty");
            self.findings.push(finding.help("write the values, such as `[shop, online]`"));
            return None;
        }
        let values = values.iter().map(|v| v.value.clone()).collect();
        Some(Resolved::simple(Type::Enum(Arc::new(EnumType { name: path.to_owned(), values })), Bounds::default()))
    }

    fn record(&mut self, texts: &'b [FieldText], at: Span, path: &str) -> Option<Resolved> {
        let (fields, cells, depth) = self.fields(texts, path);
        let depth = depth + 1;
        if cells > MAX_CELLS {
            self.too_large(&format!("`{path}` takes"), cells, at);
            return None;
        }
        if depth > MAX_DEPTH {
            return self.too_deep(at);
        }
        let ty = Type::Record(Arc::new(RecordType::lay_out(path.to_owned(), fields)));
        Some(Resolved { ty, bounds: Bounds::default(), cells, depth })
    }

    fn unknown_type(&mut self, name: &str, at: Span) {
        let names = self.types.iter().map(|t| t.id.as_str()).chain(TYPE_NAMES);
        let help = match did_you_mean(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare `{name}` in `types`, or write one of `{}`", TYPE_NAMES.join("`, `")),
        };
        let finding = Diagnostic::error("unknown_type", at, format!("there is no type `{name}`"));
        self.findings.push(finding.label("not known").help(help));
    }

    fn recursive(&mut self, name: &str, at: Span) {
        let start = self.open.iter().position(|open| *open == name).unwrap_or(0);
        let chain: Vec<&str> = self.open.iter().skip(start).copied().chain([name]).collect();
        let error = format!("the type `{name}` contains itself: {}", chain.join(" -> "));
        let finding = Diagnostic::error("recursive_type", at, error).label("leads back");
        self.findings.push(finding.help("facts have a fixed shape; keep only the levels that rules read"));
    }

    fn too_large(&mut self, what: &str, cells: u32, at: Span) {
        let error = format!("{what} more than {MAX_CELLS} cells ({cells} so far)");
        let finding = Diagnostic::error("too_many_cells", at, error);
        self.findings.push(finding.help("leave out what no rule reads"));
    }

    fn too_deep(&mut self, at: Span) -> Option<Resolved> {
        let error = format!("types stand in one another more than {MAX_DEPTH} deep");
        self.findings.push(Diagnostic::error("too_deep", at, error).help("leave out what no rule reads"));
        None
    }
}
