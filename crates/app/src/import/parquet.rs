//! Parquet, by its columns: only those that are asked for are read.

use std::fs::File;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::{Broken, Cell, Row, Rows};

/// Rows that are read of a column at a time.
const ROWS: usize = 4_096;
/// A day, in microseconds.
const MICROS_A_DAY: i64 = 86_400_000_000;

/// The rows of a Parquet file.
pub struct Columns {
    file: SerializedFileReader<File>,
    /// Columns without lists: their names, and where they are.
    names: Vec<(String, usize)>,
    chosen: Vec<usize>,
    group: usize,
    open: Vec<Open>,
    /// Cells of the rows that were read last, by column, from the last to the first.
    ready: Vec<Vec<Cell>>,
    number: u64,
    rows: u64,
}

/// A column of the row group that is read.
struct Open {
    reader: ColumnReader,
    means: Means,
    /// The level of a value that is there.
    there: i16,
    name: String,
}

/// What a column's values mean.
#[derive(Clone, Copy, Debug)]
enum Means {
    Itself,
    /// A whole number whose first bit is no sign.
    Unsigned,
    Text,
    Days,
    /// So many of a microsecond, or for nanoseconds its thousandths, and whether it is of UTC.
    Moment(Unit, bool),
    Decimal(u32),
}

#[derive(Clone, Copy, Debug)]
enum Unit {
    Millis,
    Micros,
    Nanos,
}

impl Columns {
    /// Opens one, and reads what its end says of it.
    pub fn open(file: File) -> Result<Self, Broken> {
        let file = SerializedFileReader::new(file).map_err(|e| broken(&e))?;
        let about = file.metadata().file_metadata();
        let all = about.schema_descr().columns().iter().enumerate();
        let flat = all.filter(|(_, c)| c.max_rep_level() == 0).map(|(at, c)| (c.path().string().replace('"', ""), at));
        let (names, rows) = (flat.collect(), u64::try_from(about.num_rows()).unwrap_or(0));
        Ok(Self { file, names, chosen: Vec::new(), group: 0, open: Vec::new(), ready: Vec::new(), number: 0, rows })
    }

    /// Opens the columns of the next row group; whether there is one.
    fn next_group(&mut self) -> Result<bool, ParquetError> {
        if self.group >= self.file.num_row_groups() {
            return Ok(false);
        }
        let group = self.file.get_row_group(self.group)?;
        self.open.clear();
        for at in &self.chosen {
            let about = self.file.metadata().file_metadata().schema_descr().column(*at);
            let (means, there, name) = (means(&about), about.max_def_level(), about.path().string());
            self.open.push(Open { reader: group.get_column_reader(*at)?, means, there, name });
        }
        self.group += 1;
        Ok(true)
    }

    /// Reads more rows of the columns that are open; how many.
    fn more(&mut self) -> Result<usize, ParquetError> {
        self.ready.clear();
        let mut least = None;
        for open in &mut self.open {
            let mut cells = open.read()?;
            if least.is_some_and(|rows| rows != cells.len()) {
                return Err(ParquetError::General(format!("`{}` has another number of rows", open.name)));
            }
            least = Some(cells.len());
            cells.reverse();
            self.ready.push(cells);
        }
        Ok(least.unwrap_or(0))
    }
}

fn broken(error: &ParquetError) -> Broken {
    Broken::whole(format!("it is no whole Parquet file: {error}"))
}

impl Rows for Columns {
    fn columns(&self) -> Option<Vec<String>> {
        Some(self.names.iter().map(|(name, _)| name.clone()).collect())
    }

    fn place(&self) -> &'static str {
        "row"
    }

    fn choose(&mut self, columns: &[String]) {
        let find = |column: &String| self.names.iter().find(|(name, _)| name == column).map(|(_, at)| *at);
        self.chosen = columns.iter().filter_map(find).collect();
    }

    fn next(&mut self, cells: &mut Vec<Cell>) -> Result<Option<Row>, Broken> {
        while self.ready.first().is_none_or(Vec::is_empty) {
            let here = self.number + 1;
            let of_here = |e: ParquetError| Broken { place: Some(here), ..broken(&e) };
            if !self.open.is_empty() && self.more().map_err(of_here)? > 0 {
                break;
            }
            if !self.next_group().map_err(|e| broken(&e))? {
                return if self.number == self.rows {
                    Ok(None)
                } else {
                    Err(Broken::at(self.number, format!("the file says it has {} rows, and ends here", self.rows)))
                };
            }
        }
        cells.clear();
        cells.extend(self.ready.iter_mut().map(|column| column.pop().unwrap_or(Cell::Null)));
        self.number += 1;
        Ok(Some(Row::whole(self.number)))
    }

    fn read(&self) -> (u64, u64) {
        (self.number, self.rows)
    }
}

fn means(about: &ColumnDescriptor) -> Means {
    let scale = || u32::try_from(about.type_scale()).unwrap_or(0);
    match about.logical_type_ref() {
        Some(LogicalType::Timestamp(t)) => {
            let unit = match t.unit {
                TimeUnit::MILLIS => Unit::Millis,
                TimeUnit::MICROS => Unit::Micros,
                TimeUnit::NANOS => Unit::Nanos,
            };
            return Means::Moment(unit, t.is_adjusted_to_u_t_c);
        }
        Some(LogicalType::Date) => return Means::Days,
        Some(LogicalType::Integer(n)) if !n.is_signed => return Means::Unsigned,
        Some(LogicalType::Decimal(d)) => return Means::Decimal(u32::try_from(d.scale).unwrap_or(0)),
        _ => {}
    }
    match (about.converted_type(), about.physical_type()) {
        (ConvertedType::TIMESTAMP_MILLIS, _) => Means::Moment(Unit::Millis, true),
        (ConvertedType::TIMESTAMP_MICROS, _) => Means::Moment(Unit::Micros, true),
        (ConvertedType::DATE, _) => Means::Days,
        (ConvertedType::DECIMAL, _) => Means::Decimal(scale()),
        (
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64,
            Type::INT32 | Type::INT64,
        ) => Means::Unsigned,
        (_, Type::BYTE_ARRAY) => Means::Text,
        _ => Means::Itself,
    }
}

impl Open {
    /// The next rows, at most so many as are read at a time.
    fn read(&mut self) -> Result<Vec<Cell>, ParquetError> {
        let (means, there, name) = (self.means, self.there, self.name.as_str());
        match &mut self.reader {
            ColumnReader::BoolColumnReader(r) => cells(r, there, |b| Ok(Cell::Bool(*b))),
            ColumnReader::Int32ColumnReader(r) if matches!(means, Means::Unsigned) => {
                cells(r, there, |n| Ok(Cell::Int(i64::from(n.cast_unsigned()))))
            }
            ColumnReader::Int32ColumnReader(r) => cells(r, there, |n| Ok(whole(i64::from(*n), means))),
            ColumnReader::Int64ColumnReader(r) => cells(r, there, |n| Ok(whole(*n, means))),
            ColumnReader::Int96ColumnReader(r) => cells(r, there, |n| Ok(Cell::Time(n.to_micros()))),
            ColumnReader::FloatColumnReader(r) => cells(r, there, |f| {
                // As it is written with the fewest digits, and not as the same number of twice the bits.
                Ok(f.to_string().parse().map_or(Cell::Null, Cell::Float))
            }),
            ColumnReader::DoubleColumnReader(r) => cells(r, there, |f| Ok(Cell::Float(*f))),
            ColumnReader::ByteArrayColumnReader(r) => cells(r, there, |bytes| text(bytes.data(), means, name)),
            ColumnReader::FixedLenByteArrayColumnReader(r) => cells(r, there, |bytes| text(bytes.data(), means, name)),
        }
    }
}

fn cells<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    there: i16,
    cell: impl Fn(&T::T) -> Result<Cell, ParquetError>,
) -> Result<Vec<Cell>, ParquetError> {
    let (mut values, mut levels) = (Vec::with_capacity(ROWS), Vec::with_capacity(ROWS));
    let mut records = 0;
    // A page may end before that many rows.
    while records < ROWS {
        let (read, ..) = reader.read_records(ROWS - records, Some(&mut levels), None, &mut values)?;
        if read == 0 {
            break;
        }
        records += read;
    }
    if levels.is_empty() {
        return values.iter().map(cell).collect();
    }
    let mut values = values.iter();
    let mut one = |level: &i16| match (*level == there).then(|| values.next()).flatten() {
        Some(value) => cell(value),
        None => Ok(Cell::Null),
    };
    levels.iter().map(&mut one).collect()
}

fn whole(n: i64, means: Means) -> Cell {
    let micros = |unit| match unit {
        Unit::Millis => n.saturating_mul(1_000),
        Unit::Micros => n,
        Unit::Nanos => n.div_euclid(1_000),
    };
    match means {
        Means::Moment(unit, true) => Cell::Time(micros(unit)),
        Means::Moment(unit, false) => Cell::Local(micros(unit)),
        Means::Days => Cell::Date(n),
        Means::Decimal(scale) => Cell::Decimal(i128::from(n), scale),
        Means::Unsigned => Cell::whole(i128::from(n.cast_unsigned())),
        Means::Itself | Means::Text => Cell::Int(n),
    }
}

fn text(bytes: &[u8], means: Means, name: &str) -> Result<Cell, ParquetError> {
    if let Means::Decimal(scale) = means {
        let wide = || ParquetError::General(format!("`{name}` has a number of more than 38 digits"));
        if bytes.len() > 16 {
            return Err(wide());
        }
        let start = if bytes.first().is_some_and(|b| b & 0x80 != 0) { -1_i128 } else { 0 };
        return Ok(Cell::Decimal(bytes.iter().fold(start, |n, b| (n << 8) | i128::from(*b)), scale));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ParquetError::General(format!("`{name}` is no text")))?;
    let text = text.trim();
    Ok(if text.is_empty() { Cell::Null } else { Cell::Text(text.to_owned()) })
}

/// The moment that a day begins with, in microseconds.
pub(super) const fn start_of(days: i64) -> i64 {
    days.saturating_mul(MICROS_A_DAY)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::basic::{LogicalType, Repetition};
    use parquet::data_type::{Int32Type, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::types::Type as Schema;

    use super::*;

    /// Two whole numbers, of 32 and of 64 bits, as a file has them whose columns have a sign or none.
    fn read(signed: bool, values: [i64; 2]) -> Vec<Cell> {
        let column = |name: &str, physical, bits| {
            let builder = Schema::primitive_type_builder(name, physical).with_repetition(Repetition::REQUIRED);
            builder.with_logical_type(Some(LogicalType::integer(bits, signed))).build().map(Arc::new).unwrap()
        };
        let fields = vec![column("small", Type::INT32, 32), column("large", Type::INT64, 64)];
        let schema = Arc::new(Schema::group_type_builder("row").with_fields(fields).build().unwrap());
        let path = std::env::temp_dir().join(format!("amends-{}-{signed}-{values:?}.parquet", std::process::id()));
        let file = File::create_new(&path).unwrap();
        let properties = Arc::new(WriterProperties::builder().build());
        let mut writer = SerializedFileWriter::new(file, schema, properties).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut small = group.next_column().unwrap().unwrap();
        let bits = i32::try_from(values[0]).unwrap();
        small.typed::<Int32Type>().write_batch(&[bits], None, None).unwrap();
        small.close().unwrap();
        let mut large = group.next_column().unwrap().unwrap();
        large.typed::<Int64Type>().write_batch(&[values[1]], None, None).unwrap();
        large.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
        let mut rows = Columns::open(File::open(&path).unwrap()).unwrap();
        std::fs::remove_file(&path).unwrap();
        rows.choose(&["small".to_owned(), "large".to_owned()]);
        let mut cells = Vec::new();
        assert_eq!(rows.next(&mut cells), Ok(Some(Row::whole(1))));
        cells
    }

    #[test]
    fn a_number_without_a_sign_has_none() {
        assert_eq!(read(true, [-1_294_967_296, -1]), [Cell::Int(-1_294_967_296), Cell::Int(-1)]);
        let large = Cell::Decimal(i128::from(u64::MAX), 0);
        assert_eq!(read(false, [-1_294_967_296, -1]), [Cell::Int(3_000_000_000), large]);
        assert_eq!(read(false, [-1, i64::MIN]), [Cell::Int(4_294_967_295), Cell::Decimal(1 << 63, 0)]);
        assert_eq!(read(false, [7, i64::MAX]), [Cell::Int(7), Cell::Int(i64::MAX)]);
    }
}
