//! Tables whose rows sum up what the grants of many cases take: budgets, and the ledger.

use std::collections::BTreeMap;

use amends_core::ids::BusinessId;
use amends_core::journal::derive::{Difference, Differs};

use super::{Found, PAGE, Watch, rows_of};
use crate::flow::kept::Place;
use crate::store::kept::{LEDGER, Table, among, page};
use crate::store::{Conn, StoreError};

impl Watch {
    pub(super) async fn again_sum(
        &self,
        conn: &mut Conn,
        business: &BusinessId,
        table: &'static Table,
        id: &str,
    ) -> Result<Vec<Difference>, StoreError> {
        if self.followed.has(table, id) {
            return self.followed.check(conn, business, table, &[id]).await;
        }
        let rows = among(conn, business, table, "id", &[id]).await?;
        Ok(rows.into_keys().map(|key| Difference { table: table.name, key, at: Differs::Extra }).collect())
    }

    pub(super) async fn sums(
        &self,
        conn: &mut Conn,
        business: &BusinessId,
        table: &'static Table,
        ids: &[String],
        found: &mut Found,
    ) -> Result<(), StoreError> {
        let names: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut differs: BTreeMap<String, Vec<Difference>> = BTreeMap::new();
        for difference in self.followed.check(conn, business, table, &names).await? {
            differs.entry(difference.key.clone()).or_default().push(difference);
        }
        found.extend(differs.into_iter().map(|(id, all)| (place(table, id), all)));
        Ok(())
    }

    pub(super) async fn some_sums(
        &mut self,
        conn: &mut Conn,
        business: &BusinessId,
        table: &'static Table,
        found: &mut Found,
    ) -> Result<bool, StoreError> {
        let ids = self.followed.after(table, &self.round.after, PAGE);
        self.sums(conn, business, table, &ids, found).await?;
        Ok(self.goes_on(ids.last().cloned()))
    }

    pub(super) async fn extra_sums(
        &mut self,
        conn: &mut Conn,
        business: &BusinessId,
        table: &'static Table,
        found: &mut Found,
    ) -> Result<bool, StoreError> {
        let rows = page(conn, business, table, &self.round.after, rows_of(PAGE)).await?;
        for (key, _) in rows.iter().filter(|(key, _)| !self.followed.has(table, key)) {
            let extra = Difference { table: table.name, key: key.clone(), at: Differs::Extra };
            found.push((place(table, key.clone()), vec![extra]));
        }
        Ok(self.goes_on(rows.last().map(|(key, _)| key.clone())))
    }
}

/// The place of a budget or of a row of the ledger.
fn place(table: &Table, id: String) -> Place {
    if table == &LEDGER { Place::Line(id) } else { Place::Budget(id) }
}
