//! The ledger: what is left of what was paid, a row for each part of a purchase.

use amends_core::authority::{Account, Held, Ledger, LedgerKey, Paid};
use amends_core::facts::Source;
use amends_core::ids::BusinessId;
use amends_core::money::Currency;

use super::sql::{Row, Value};
use super::{Conn, StoreError};

/// The key of a row. No id of a purchase or payment has a space in it, and a purchase without an id begins in small letters.
pub fn id(key: &LedgerKey) -> String {
    format!("{} {}", key.purchase(), account(key.account()))
}

fn account(account: &Account) -> String {
    match account {
        Account::Payment(id) => format!("payment {id}"),
        other => other.word().to_owned(),
    }
}

fn account_of(text: &str) -> Option<Account> {
    match text {
        "goods" => Some(Account::Goods),
        "shipping" => Some(Account::Shipping),
        "fee" => Some(Account::Fee),
        _ => text.strip_prefix("payment ").map(|id| Account::Payment(id.to_owned())),
    }
}

/// A row that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// How often it was written.
    pub version: i64,
    /// What it says.
    pub ledger: Ledger,
}

const ROW: &str = "SELECT id, purchase, account, currency, paid, said, refunded, held, version FROM ledger";

fn stored(row: &Row) -> Result<Stored, StoreError> {
    let unreadable = |what: &str| StoreError::Unreadable(format!("a row of the ledger: {what}"));
    let account = account_of(row.text(2)?).ok_or_else(|| unreadable("its account"))?;
    let key = LedgerKey::of(row.text(1)?, account);
    let currency = Currency::parse(row.text(3)?).ok_or_else(|| unreadable("its currency"))?;
    let source = match row.maybe_text(5)? {
        Some(word) => Some(Source::parse(word).ok_or_else(|| unreadable("its source"))?),
        None => None,
    };
    let paid = row.maybe_int(4)?.map(|minor| Paid { minor, source });
    let held: Vec<Held> = row.json(7)?;
    let ledger = Ledger::stored(key, currency, paid, row.int(6)?, held).ok_or_else(|| unreadable("below zero"))?;
    Ok(Stored { id: row.text(0)?.to_owned(), version: row.int(8)?, ledger })
}

/// Locks rows in the order of their ids; what each that is there says.
pub async fn lock(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<Vec<Stored>, StoreError> {
    let after = format!(" ORDER BY id{}", conn.lock());
    read_among(conn, business, ids, &after).await
}

/// What rows say now.
pub async fn read(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<Vec<Stored>, StoreError> {
    read_among(conn, business, ids, "").await
}

async fn read_among(
    conn: &mut Conn,
    business: &BusinessId,
    ids: &[&str],
    after: &str,
) -> Result<Vec<Stored>, StoreError> {
    let sql = format!("{ROW} WHERE business = ? AND id");
    conn.among(&sql, business.as_str(), ids, after).await?.iter().map(stored).collect()
}

/// The ids and keys of rows whose purchase has a `#`, and of payments: an older version of this program named them otherwise.
pub async fn marked(conn: &mut Conn, business: &BusinessId) -> Result<Vec<(String, LedgerKey)>, StoreError> {
    let sql = "SELECT id, purchase, account FROM ledger WHERE business = ? \
               AND (purchase LIKE '%#%' OR account LIKE 'payment %') ORDER BY id";
    let key = |row: &Row| {
        let account = account_of(row.text(2)?);
        let account = account.ok_or_else(|| StoreError::Unreadable("a row of the ledger: its account".to_owned()))?;
        Ok((row.text(0)?.to_owned(), LedgerKey::of(row.text(1)?, account)))
    };
    conn.fetch(sql, &[business.as_str().into()]).await?.iter().map(key).collect()
}

/// Every row of a purchase.
pub async fn of_purchase(conn: &mut Conn, business: &BusinessId, purchase: &str) -> Result<Vec<Stored>, StoreError> {
    let sql = format!("{ROW} WHERE business = ? AND purchase = ? ORDER BY id LIMIT 200");
    conn.fetch(&sql, &[business.as_str().into(), purchase.into()]).await?.iter().map(stored).collect()
}

/// A row that moved, and how often it was written before; none for one that is new.
pub struct Moved<'l> {
    /// Its id.
    pub id: &'l str,
    /// As it is now.
    pub ledger: &'l Ledger,
    /// Its version before.
    pub before: Option<i64>,
}

/// Writes rows that moved.
pub async fn save(conn: &mut Conn, business: &BusinessId, moved: &[Moved<'_>]) -> Result<(), StoreError> {
    let (mut fresh, mut old): (Vec<Value<'_>>, Vec<Value<'_>>) = (Vec::new(), Vec::new());
    for Moved { id, ledger, before } in moved {
        let key = [business.to_string().into(), (*id).to_owned().into()];
        match before {
            None => {
                fresh.extend(key);
                fresh.extend(row_of(ledger)?);
                fresh.push(1.into());
            }
            Some(version) => {
                old.extend(key);
                old.push((*version).into());
                old.extend(now(ledger)?);
            }
        }
    }
    let head = "INSERT INTO ledger (business, id, purchase, account, currency, paid, said, refunded, reserved, settled, \
                held, version)";
    conn.write(head, " ON CONFLICT DO NOTHING", 12, &fresh).await?;
    let set = "UPDATE ledger SET currency = v.column4, paid = v.column5, said = v.column6, refunded = v.column7, \
               reserved = v.column8, settled = v.column9, held = v.column10, version = v.column3 + 1 FROM (";
    let tail = ") AS v WHERE ledger.business = v.column1 AND ledger.id = v.column2 AND ledger.version = v.column3";
    conn.write(set, tail, 10, &old).await
}

/// The columns of a row that its movements determine, in the order of [`row_of`].
pub const COLUMNS: [&str; 9] =
    ["purchase", "account", "currency", "paid", "said", "refunded", "reserved", "settled", "held"];

/// A row as it is written.
pub fn row_of(ledger: &Ledger) -> Result<[Value<'static>; 9], StoreError> {
    let key = ledger.key();
    let [currency, paid, said, refunded, reserved, settled, held] = now(ledger)?;
    let (purchase, account) = (key.purchase().to_owned().into(), account(key.account()).into());
    Ok([purchase, account, currency, paid, said, refunded, reserved, settled, held])
}

fn now(ledger: &Ledger) -> Result<[Value<'static>; 7], StoreError> {
    let held = serde_json::to_string(ledger.held()).map_err(|e| StoreError::Failed(e.to_string()))?;
    let paid = ledger.paid();
    let said = paid.and_then(|paid| paid.source).map(Source::word);
    Ok([
        ledger.currency().code().to_owned().into(),
        paid.map(|paid| paid.minor).into(),
        Value::from(said),
        ledger.refunded().into(),
        ledger.reserved().into(),
        ledger.settled().into(),
        held.into(),
    ])
}
