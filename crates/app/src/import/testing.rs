//! A Parquet file of orders, for tests and benches: seeded, and like what a shop exports.

use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, TimestampType, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

/// Rows of a row group.
const GROUP: u64 = 100_000;
/// The first order's moment, in microseconds: 1 January 2021.
const START: i64 = 1_609_459_200_000_000;

/// An order: its id, its customer, when, and how much in cents.
#[must_use]
pub fn order(number: u64) -> (String, String, i64, i64) {
    // SplitMix64, so that neighbours have nothing in common.
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    let at = START + i64::try_from(number).unwrap_or(0) * 150_000_000;
    let cents = i64::try_from(500 + z % 40_000).unwrap_or(0);
    (format!("S-{:07}", number + 1), format!("c_{}", (z >> 20) % 50_000), at, cents)
}

/// Writes a file of so many orders: `order_id`, `customer`, `placed` (a timestamp), `total` (a decimal, missing in the row
/// `without`).
///
/// # Errors
/// When it cannot be written.
pub fn orders(path: &Path, many: u64, without: Option<u64>) -> Result<()> {
    let column = |name: &str, physical, logical, optional: bool| {
        let needed = if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let of = Type::primitive_type_builder(name, physical).with_repetition(needed).with_logical_type(Some(logical));
        let of = if name == "total" { of.with_precision(12).with_scale(2) } else { of };
        of.build().map(Arc::new)
    };
    let moment = LogicalType::Timestamp(TimestampType { is_adjusted_to_u_t_c: true, unit: TimeUnit::MICROS });
    let fields = vec![
        column("order_id", Physical::BYTE_ARRAY, LogicalType::String, false)?,
        column("customer", Physical::BYTE_ARRAY, LogicalType::String, false)?,
        column("placed", Physical::INT64, moment, false)?,
        column("total", Physical::INT64, LogicalType::decimal(2, 12), true)?,
    ];
    let schema = Arc::new(Type::group_type_builder("order").with_fields(fields).build()?);
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let properties = Arc::new(WriterProperties::builder().set_compression(zstd).build());
    let mut file = SerializedFileWriter::new(std::fs::File::create(path)?, schema, properties)?;
    let mut begun = 0;
    while begun < many {
        let numbers = begun..many.min(begun + GROUP);
        begun = numbers.end;
        let rows: Vec<_> = numbers.clone().map(order).collect();
        let mut group = file.next_row_group()?;
        let texts = |of: fn(&(String, String, i64, i64)) -> &str| -> Vec<ByteArray> {
            rows.iter().map(|row| ByteArray::from(of(row))).collect()
        };
        for values in [texts(|row| &row.0), texts(|row| &row.1)] {
            if let Some(mut writer) = group.next_column()? {
                writer.typed::<ByteArrayType>().write_batch(&values, None, None)?;
                writer.close()?;
            }
        }
        if let Some(mut writer) = group.next_column()? {
            let values: Vec<i64> = rows.iter().map(|row| row.2).collect();
            writer.typed::<Int64Type>().write_batch(&values, None, None)?;
            writer.close()?;
        }
        if let Some(mut writer) = group.next_column()? {
            let there = |number: u64| Some(number + 1) != without;
            let levels: Vec<i16> = numbers.clone().map(|number| i16::from(there(number))).collect();
            let all = numbers.zip(&rows).filter(|(number, _)| there(*number));
            let values: Vec<i64> = all.map(|(_, row)| row.3).collect();
            writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
            writer.close()?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
}
