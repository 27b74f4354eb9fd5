//! The one place that knows the CEL parser: its tree in, ours out.

use super::infer::too_many_digits;
use crate::book::model::Expr as Source;
use crate::diagnostic::{Diagnostic, Span};
use crate::number::has_too_many_digits;
use cel_core::{BinaryOp as CelBinary, Expr as Cel, SpannedExpr, UnaryOp as CelUnary};

/// How long an expression may be, in bytes.
pub const MAX_BYTES: usize = 4096;
/// How deep an expression may nest.
pub const MAX_DEPTH: usize = 64;

/// A parsed expression. Places are places in the book.
#[derive(Clone, Debug, PartialEq)]
pub struct Ast {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub at: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`
    Bool(bool),
    /// A number as written: digits, perhaps a sign and decimals.
    Number(String),
    /// `'text'`
    Text(String),
    /// A name.
    Name(String),
    /// `x.field`
    Select(Box<Ast>, String),
    /// `x[i]`
    Index(Box<Ast>, Box<Ast>),
    /// `f(..)` or `x.f(..)`
    Call(Option<Box<Ast>>, String, Vec<Ast>),
    /// `!x`
    Not(Box<Ast>),
    /// `-x`
    Neg(Box<Ast>),
    /// `x + y` and the like.
    Binary(Binary, Box<Ast>, Box<Ast>),
    /// `x ? y : z`
    If(Box<Ast>, Box<Ast>, Box<Ast>),
    /// `[x, y]`
    List(Vec<Ast>),
}

/// Operators with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
    /// `&&`
    And,
    /// `||`
    Or,
}

impl Binary {
    /// As it is written.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}

/// Parses an expression.
///
/// # Errors
/// The first thing that is wrong: not CEL, not in our subset, too long or too deep.
pub fn parse(source: &Source) -> Result<Ast, Box<Diagnostic>> {
    check_size(source)?;
    let options = cel_core::parser::ParseOptions::without_macros();
    let parsed = cel_core::parser::parse_with_options(&source.text, options);
    if let Some(error) = parsed.errors.first() {
        let at = source.span(error.span.start, error.span.end);
        // The parser takes a whole number that does not fit for no number at all.
        let number = error.message.split('\'').nth(1).filter(|found| has_too_many_digits(found));
        return Err(Box::new(number.map_or_else(|| syntax(at, &error.message), |found| too_many_digits(found, at))));
    }
    let tree = parsed.ast.ok_or_else(|| Box::new(syntax(source.at, "nothing is written")))?;
    Adapter { source }.tree(&tree, 0)
}

fn syntax(at: Span, message: &str) -> Diagnostic {
    let message = message.trim_end_matches('.');
    Diagnostic::error("expression_syntax", at, format!("this is not an expression: {message}"))
        .help("write CEL, such as \"order.total <= usd(100) && customer.orders > 2\"")
}

/// Looks at nesting before the parser does, because the parser recurses.
fn check_size(source: &Source) -> Result<(), Box<Diagnostic>> {
    let too_deep = || {
        Box::new(
            Diagnostic::error(
                "expression_too_deep",
                source.at,
                format!("this expression nests deeper than {MAX_DEPTH}"),
            )
            .help("give its parts names under `define`"),
        )
    };
    if source.text.len() > MAX_BYTES {
        return Err(Box::new(
            Diagnostic::error(
                "expression_too_long",
                source.at,
                format!("this expression is longer than {MAX_BYTES} bytes"),
            )
            .help("give its parts names under `define`"),
        ));
    }
    let (mut depth, mut prefixes, mut choices) = (0_usize, 0_usize, 0_usize);
    for byte in source.text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'?' => choices += 1,
            _ => {}
        }
        prefixes = match byte {
            b'!' | b'-' => prefixes + 1,
            b' ' | b'\t' | b'\n' => prefixes,
            _ => 0,
        };
        if depth > MAX_DEPTH || prefixes > MAX_DEPTH || choices > MAX_DEPTH {
            return Err(too_deep());
        }
    }
    Ok(())
}

struct Adapter<'a> {
    source: &'a Source,
}

impl Adapter<'_> {
    fn tree(&self, from: &SpannedExpr, depth: usize) -> Result<Ast, Box<Diagnostic>> {
        let at = self.source.span(from.span.start, from.span.end);
        // Left-leaning chains (`a + b + c`) nest in the tree without nesting in the text.
        if depth > 4 * MAX_DEPTH {
            return Err(Box::new(
                Diagnostic::error("expression_too_deep", at, "this expression has too many parts in a row")
                    .help("give its parts names under `define`"),
            ));
        }
        let sub = |e: &SpannedExpr| self.tree(e, depth + 1).map(Box::new);
        let kind = match &from.node {
            Cel::Bool(b) => Kind::Bool(*b),
            Cel::Int(_) | Cel::Float(_) => self.number(from, at)?,
            Cel::String(s) => Kind::Text(s.clone()),
            Cel::Ident(name) | Cel::RootIdent(name) => Kind::Name(name.clone()),
            Cel::List(items) => {
                Kind::List(items.iter().map(|i| self.tree(&i.expr, depth + 1)).collect::<Result<_, _>>()?)
            }
            Cel::Unary { op: CelUnary::Not, expr } => Kind::Not(sub(expr)?),
            Cel::Unary { op: CelUnary::Neg, expr } => Kind::Neg(sub(expr)?),
            Cel::Binary { op, left, right } => Kind::Binary(binary(*op), sub(left)?, sub(right)?),
            Cel::Ternary { cond, then_expr, else_expr } => Kind::If(sub(cond)?, sub(then_expr)?, sub(else_expr)?),
            Cel::Member { expr, field, optional: false } => Kind::Select(sub(expr)?, field.clone()),
            Cel::Index { expr, index, optional: false } => Kind::Index(sub(expr)?, sub(index)?),
            Cel::Call { expr, args } => self.call(expr, args, at, depth)?,
            other => return Err(Box::new(unsupported(other, at))),
        };
        Ok(Ast { kind, at })
    }

    fn number(&self, from: &SpannedExpr, at: Span) -> Result<Kind, Box<Diagnostic>> {
        let written = self.source.text.get(from.span.clone()).unwrap_or_default().trim();
        let digits = written.trim_start_matches('-');
        if !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') || digits.is_empty() {
            return Err(Box::new(
                Diagnostic::error("number_form", at, format!("`{written}` is not a plain number"))
                    .help("write digits with an optional decimal point, such as 9.50"),
            ));
        }
        Ok(Kind::Number(written.to_owned()))
    }

    fn call(
        &self,
        callee: &SpannedExpr,
        args: &[SpannedExpr],
        at: Span,
        depth: usize,
    ) -> Result<Kind, Box<Diagnostic>> {
        let args = args.iter().map(|a| self.tree(a, depth + 1)).collect::<Result<_, _>>()?;
        match &callee.node {
            Cel::Ident(name) => Ok(Kind::Call(None, name.clone(), args)),
            Cel::Member { expr, field, optional: false } => {
                Ok(Kind::Call(Some(Box::new(self.tree(expr, depth + 1)?)), field.clone(), args))
            }
            _ => Err(Box::new(
                Diagnostic::error("not_a_function", at, "only a function can be called")
                    .help("write a function's name before the parenthesis, such as date(order.placed)"),
            )),
        }
    }
}

fn binary(op: CelBinary) -> Binary {
    match op {
        CelBinary::Add => Binary::Add,
        CelBinary::Sub => Binary::Sub,
        CelBinary::Mul => Binary::Mul,
        CelBinary::Div => Binary::Div,
        CelBinary::Mod => Binary::Rem,
        CelBinary::Eq => Binary::Eq,
        CelBinary::Ne => Binary::Ne,
        CelBinary::Lt => Binary::Lt,
        CelBinary::Le => Binary::Le,
        CelBinary::Gt => Binary::Gt,
        CelBinary::Ge => Binary::Ge,
        CelBinary::In => Binary::In,
        CelBinary::And => Binary::And,
        CelBinary::Or => Binary::Or,
    }
}

fn unsupported(node: &Cel, at: Span) -> Diagnostic {
    let (what, help) = match node {
        Cel::Null => ("null", "ask whether a fact is given with has(x)"),
        Cel::UInt(_) => ("unsigned numbers", "write the number without `u`"),
        Cel::Bytes(_) => ("bytes", "write text in quotes"),
        Cel::Map(_) | Cel::Struct { .. } => ("map literals", "put what they hold into facts"),
        _ => ("optional access", "ask whether a fact is given with has(x)"),
    };
    Diagnostic::error("not_in_language", at, format!("a book has no {what}")).help(help)
}
