//! Random expressions of the part of the language that CEL has too, spelled from bytes, and random facts for them.

/// Spells expressions from bytes: the same bytes, the same expression.
pub struct Speller<'b> {
    bytes: std::slice::Iter<'b, u8>,
    depth: u8,
    bound: Vec<(String, Kind)>,
}

/// What an expression of the shared part can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// Text.
    Text,
    /// A list of whole numbers.
    Ints,
    /// A list of texts.
    Texts,
}

const TEXTS: [&str; 6] = ["''", "'a'", "'b'", "'ab'", "'online'", "'ä€'"];

impl<'b> Speller<'b> {
    /// A speller over bytes; when they run out it takes the shortest way to an end.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes: bytes.iter(), depth: 0, bound: Vec::new() }
    }

    fn pick(&mut self, n: u8) -> u8 {
        self.bytes.next().map_or(0, |b| b % n)
    }

    /// An expression of a kind.
    pub fn spell(&mut self, kind: Kind) -> String {
        self.depth += 1;
        let shallow = self.depth > 6;
        let text = match kind {
            Kind::Bool => self.boolean(shallow),
            Kind::Int => self.int(shallow),
            Kind::Text => self.text(shallow),
            Kind::Ints => self.ints(shallow),
            Kind::Texts => self.texts(shallow),
        };
        self.depth -= 1;
        text
    }

    fn variable(&mut self, kind: Kind, otherwise: &str) -> String {
        let names: Vec<String> = self.bound.iter().filter(|(_, k)| *k == kind).map(|(n, _)| n.clone()).collect();
        let choice = usize::from(self.pick(u8::try_from(names.len() + 1).unwrap_or(u8::MAX)));
        names.get(choice).cloned().unwrap_or_else(|| otherwise.to_owned())
    }

    fn boolean(&mut self, shallow: bool) -> String {
        let choice = if shallow { self.pick(3) } else { self.pick(16) };
        match choice {
            0 => "true".into(),
            1 => "false".into(),
            2 => self.variable(Kind::Bool, "flag"),
            3 => format!("({} && {})", self.spell(Kind::Bool), self.spell(Kind::Bool)),
            4 => format!("({} || {})", self.spell(Kind::Bool), self.spell(Kind::Bool)),
            5 => format!("!({})", self.spell(Kind::Bool)),
            6 => format!("({} ? {} : {})", self.spell(Kind::Bool), self.spell(Kind::Bool), self.spell(Kind::Bool)),
            7..=9 => {
                let sign = ["<", "<=", ">", ">=", "==", "!="][usize::from(self.pick(6))];
                format!("({} {sign} {})", self.spell(Kind::Int), self.spell(Kind::Int))
            }
            10 => format!("({} == {})", self.spell(Kind::Text), self.spell(Kind::Text)),
            11 => format!("({} in {})", self.spell(Kind::Int), self.spell(Kind::Ints)),
            12 => format!("({} in {})", self.spell(Kind::Text), self.spell(Kind::Texts)),
            13 => {
                let name = ["contains", "startsWith", "endsWith"][usize::from(self.pick(3))];
                format!("{}.{name}({})", self.spell(Kind::Text), self.spell(Kind::Text))
            }
            _ => {
                let how = ["all", "exists", "exists_one"][usize::from(self.pick(3))];
                self.each(Kind::Ints, how, Kind::Bool)
            }
        }
    }

    fn each(&mut self, over: Kind, how: &str, body: Kind) -> String {
        let list = self.spell(over);
        let name = format!("v{}", self.bound.len());
        self.bound.push((name.clone(), if over == Kind::Ints { Kind::Int } else { Kind::Text }));
        let body = self.spell(body);
        self.bound.pop();
        format!("{list}.{how}({name}, {body})")
    }

    fn int(&mut self, shallow: bool) -> String {
        let choice = if shallow { self.pick(3) } else { self.pick(13) };
        match choice {
            0 => self.pick(10).to_string(),
            1 => self.variable(Kind::Int, "x"),
            2 => self.variable(Kind::Int, "y"),
            3 | 4 => format!("({} + {})", self.spell(Kind::Int), self.spell(Kind::Int)),
            5 => format!("({} - {})", self.spell(Kind::Int), self.spell(Kind::Int)),
            6 => format!("({} * {})", self.spell(Kind::Int), self.spell(Kind::Int)),
            7 => format!("({} / {})", self.spell(Kind::Int), self.spell(Kind::Int)),
            8 => format!("({} % {})", self.spell(Kind::Int), self.spell(Kind::Int)),
            9 => format!("{}.size()", self.spell(Kind::Ints)),
            10 => format!("size({})", self.spell(Kind::Text)),
            11 => format!("{}[{}]", self.spell(Kind::Ints), self.spell(Kind::Int)),
            _ => format!("({} ? {} : {})", self.spell(Kind::Bool), self.spell(Kind::Int), self.spell(Kind::Int)),
        }
    }

    fn text(&mut self, shallow: bool) -> String {
        match if shallow { self.pick(2) } else { self.pick(4) } {
            0 => TEXTS[usize::from(self.pick(6))].into(),
            1 => self.variable(Kind::Text, "word"),
            2 => format!("({} + {})", self.spell(Kind::Text), self.spell(Kind::Text)),
            _ => format!("({} ? {} : {})", self.spell(Kind::Bool), self.spell(Kind::Text), self.spell(Kind::Text)),
        }
    }

    fn ints(&mut self, shallow: bool) -> String {
        match if shallow { self.pick(2) } else { self.pick(5) } {
            0 => "numbers".into(),
            1 => format!("[{}, {}]", self.spell(Kind::Int), self.spell(Kind::Int)),
            2 => self.each(Kind::Ints, "filter", Kind::Bool),
            3 => self.each(Kind::Ints, "map", Kind::Int),
            _ => format!("({} + {})", self.spell(Kind::Ints), self.spell(Kind::Ints)),
        }
    }

    fn texts(&mut self, shallow: bool) -> String {
        match if shallow { self.pick(2) } else { self.pick(3) } {
            0 => "words".into(),
            1 => format!("[{}, {}]", self.spell(Kind::Text), self.spell(Kind::Text)),
            _ => self.each(Kind::Texts, "filter", Kind::Bool),
        }
    }
}

/// Facts of the shared part.
#[derive(Clone, Debug)]
pub struct Given {
    /// `flag`
    pub flag: bool,
    /// `x`
    pub x: i64,
    /// `y`
    pub y: i64,
    /// `word`
    pub word: String,
    /// `numbers`
    pub numbers: Vec<i64>,
    /// `words`
    pub words: Vec<String>,
}

impl Given {
    /// As a document.
    pub fn json(&self) -> String {
        serde_json::json!({ "flag": self.flag, "x": self.x, "y": self.y, "word": self.word, "numbers": self.numbers, "words": self.words }).to_string()
    }
}

/// What both say to one expression over the same facts: ours, and the reference interpreter's.
pub fn both(text: &str, given: &Given) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
    (ours(text, given), reference(text, given))
}

fn ours(text: &str, given: &Given) -> Option<serde_json::Value> {
    use amends_core::program::single::Single;
    let mut schema = schema();
    let single = Single::new(&mut schema, text).unwrap_or_else(|f| panic!("`{text}` does not check: {:?}", f.all));
    let asked = amends_core::time::Time::from_micros(0).expect("the epoch is a time");
    let json = given.json();
    let facts = amends_core::facts::read_facts(&schema, &json, asked, asked).expect("the facts fit the schema");
    single.run(&schema, &facts).ok()
}

fn schema() -> amends_core::facts::Schema {
    use amends_core::book::read::{BookFiles, read};
    let mut files = BookFiles::default();
    files.add(
        "book.yaml",
        "book: shared\ncurrency: USD\ntime_zone: UTC\nroles: [{ id: one }]\nfacts:\n  flag: bool\n  x: int\n  y: int\n  word: text\n  numbers: \"list(int, 0..6)\"\n  words: \"list(text, 0..6)\"\n",
    );
    let (mut sources, mut findings) = Default::default();
    let text = read(&files, &mut sources, &mut findings);
    let schema = amends_core::facts::Schema::build(&text, &mut findings);
    assert!(!findings.has_errors(), "{:?}", findings.all);
    schema
}

fn reference(text: &str, given: &Given) -> Option<serde_json::Value> {
    let program = cel::Program::compile(text).ok()?;
    let mut context = cel::Context::default();
    context.add_variable_from_value("flag", given.flag);
    context.add_variable_from_value("x", given.x);
    context.add_variable_from_value("y", given.y);
    context.add_variable_from_value("word", given.word.clone());
    context.add_variable_from_value("numbers", given.numbers.clone());
    context.add_variable_from_value("words", given.words.clone());
    plain(&program.execute(&context).ok()?)
}

fn plain(value: &cel::Value) -> Option<serde_json::Value> {
    Some(match value {
        cel::Value::Bool(b) => (*b).into(),
        cel::Value::Int(n) => (*n).into(),
        cel::Value::String(s) => s.as_str().into(),
        cel::Value::List(items) => items.iter().map(plain).collect::<Option<Vec<_>>>()?.into(),
        _ => return None,
    })
}
