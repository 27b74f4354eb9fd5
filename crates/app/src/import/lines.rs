//! JSON Lines.

use std::io::BufReader;

use serde_json::{Map, Value};

use super::{Broken, Cell, Row, Rows, Whole};
use crate::lines::Lines;

/// Most bytes of a line.
const LINE_BYTES_MAX: usize = 1 << 20;

/// The lines of a file, each a JSON object.
pub struct JsonLines {
    lines: Lines<BufReader<Box<dyn Whole>>>,
    chosen: Vec<String>,
    number: u64,
    done: u64,
    bytes: u64,
}

impl JsonLines {
    /// Opens one.
    pub fn open(file: Box<dyn Whole>, bytes: u64) -> Self {
        let lines = Lines::of(BufReader::with_capacity(1 << 16, file), LINE_BYTES_MAX);
        Self { lines, chosen: Vec::new(), number: 0, done: 0, bytes }
    }
}

impl Rows for JsonLines {
    fn columns(&self) -> Option<Vec<String>> {
        None
    }

    fn place(&self) -> &'static str {
        "line"
    }

    fn choose(&mut self, columns: &[String]) {
        self.chosen = columns.to_vec();
    }

    fn next(&mut self, cells: &mut Vec<Cell>) -> Result<Option<Row>, Broken> {
        loop {
            let Some(line) = self.lines.next().map_err(Broken::whole)? else { return Ok(None) };
            self.number += 1;
            self.done += line.text.len() as u64 + 1;
            cells.clear();
            if line.is_too_long() {
                return Ok(Some(Row::wrong(self.number, format!("it has more than {LINE_BYTES_MAX} bytes"))));
            }
            // A mark that some programs put before the first.
            let text = line.text.strip_prefix("\u{feff}".as_bytes()).filter(|_| self.number == 1).unwrap_or(line.text);
            if text.trim_ascii().is_empty() {
                continue;
            }
            let object: Map<String, Value> = match serde_json::from_slice(text) {
                Ok(object) => object,
                Err(e) => return Ok(Some(Row::wrong(self.number, format!("it is no JSON object: {e}")))),
            };
            cells.extend(self.chosen.iter().map(|name| object.get(name).map_or(Cell::Null, cell)));
            return Ok(Some(Row::whole(self.number)));
        }
    }

    fn read(&self) -> (u64, u64) {
        (self.done.min(self.bytes), self.bytes)
    }
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(b) => Cell::Bool(*b),
        Value::String(text) if text.trim().is_empty() => Cell::Null,
        Value::String(text) => Cell::Text(text.trim().to_owned()),
        Value::Number(number) => match (number.as_i128(), number.as_f64()) {
            (Some(whole), _) => Cell::whole(whole),
            (None, Some(float)) => Cell::Float(float),
            _ => Cell::Text(number.to_string()),
        },
        Value::Array(_) | Value::Object(_) => Cell::Text(value.to_string()),
    }
}
