//! CSV.

use std::io::{BufRead as _, BufReader, Seek as _};

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{Broken, Cell, Row, Rows, Whole};

/// Most bytes of the first row that are looked at for what separates values.
const LOOKED_AT: usize = 64 << 10;

/// The rows of a CSV file.
pub struct Csv {
    rows: Reader<BufReader<Box<dyn Whole>>>,
    names: Vec<String>,
    chosen: Vec<usize>,
    record: ByteRecord,
    bytes: u64,
}

impl Csv {
    /// Opens one, and reads the names of its columns.
    pub fn open(file: Box<dyn Whole>, bytes: u64) -> Result<Self, Broken> {
        let mut file = BufReader::with_capacity(LOOKED_AT, file);
        let separator = separator(file.fill_buf().map_err(Broken::whole)?);
        file.rewind().map_err(Broken::whole)?;
        let mut rows = ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(file);
        let head = rows.byte_headers().map_err(|e| broken(&e))?;
        let mut names = Vec::new();
        for (at, name) in head.iter().enumerate() {
            let name = std::str::from_utf8(name).map_err(|_| Broken::at(1, "the names of columns are not UTF-8"))?;
            // A mark that some programs put before the first.
            let name = if at == 0 { name.trim_start_matches('\u{feff}') } else { name };
            names.push(name.trim().to_owned());
        }
        Ok(Self { rows, names, chosen: Vec::new(), record: ByteRecord::new(), bytes })
    }
}

/// Whichever of comma, semicolon and tab stands most often in the first line.
fn separator(start: &[u8]) -> u8 {
    let line = start.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |separator: u8| line.split(|b| *b == separator).count();
    let best = [b',', b';', b'\t'].into_iter().rev().max_by_key(|separator| count(*separator));
    best.unwrap_or(b',')
}

fn broken(error: &csv::Error) -> Broken {
    Broken { place: error.position().map(csv::Position::line), says: error.to_string() }
}

impl Rows for Csv {
    fn columns(&self) -> Option<Vec<String>> {
        Some(self.names.clone())
    }

    fn place(&self) -> &'static str {
        "line"
    }

    fn choose(&mut self, columns: &[String]) {
        self.chosen = columns.iter().filter_map(|c| self.names.iter().position(|n| n == c)).collect();
    }

    fn next(&mut self, cells: &mut Vec<Cell>) -> Result<Option<Row>, Broken> {
        if !self.rows.read_byte_record(&mut self.record).map_err(|e| broken(&e))? {
            return Ok(None);
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        cells.clear();
        let (values, columns) = (self.record.len(), self.names.len());
        if values != columns {
            let says = format!("it has {values} values, and there are {columns} columns");
            // Where a quotation mark is left open, whatever follows is a part of it: nobody knows where rows begin.
            if self.record.iter().any(|value| value.contains(&b'\n')) {
                return Err(Broken::at(line, format!("{says}: a quotation mark may be left open")));
            }
            return Ok(Some(Row::wrong(line, says)));
        }
        for at in &self.chosen {
            let text = std::str::from_utf8(self.record.get(*at).unwrap_or_default()).map(str::trim);
            cells.push(match text {
                Ok("") => Cell::Null,
                Ok(text) => Cell::Text(text.to_owned()),
                Err(_) => Cell::NotText,
            });
        }
        Ok(Some(Row::whole(line)))
    }

    fn read(&self) -> (u64, u64) {
        (self.rows.position().byte(), self.bytes)
    }
}
