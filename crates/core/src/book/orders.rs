//! Which facts name the order that a request is about: those by which the book says what money was paid for.

use super::rules::{Book, Policy, SOMETHING_ELSE};
use crate::facts::schema::Schema;
use crate::types::Type;

/// Names the customer, who is known by that without it.
const CUSTOMER: &str = "customer.id";
/// Names what was paid for where a book says nothing else.
const ORDER: &str = "order.id";

/// The texts among cells that the `against` of a version's remedies reads, by their paths: first those that are always there,
/// since whoever asks may leave out the others.
pub(super) fn of(schema: &Schema, cells: impl IntoIterator<Item = u32>) -> Vec<String> {
    let texts = cells.into_iter().filter_map(|cell| schema.leaf_at(cell)).filter(|leaf| leaf.ty == Type::Text);
    let mut all: Vec<&str> = texts.map(|leaf| leaf.path.as_str()).filter(|path| *path != CUSTOMER).collect();
    all.sort_by_key(|path| may_be_absent(schema, path));
    all.iter().map(|path| (*path).to_owned()).collect()
}

fn may_be_absent(schema: &Schema, path: &str) -> bool {
    let ends = path.match_indices('.').map(|(end, _)| end).chain([path.len()]);
    ends.filter_map(|end| schema.find(path.get(..end)?)).any(|place| place.field.optional)
}

impl Book {
    /// The facts that name the order a request is about, the surest first, by their paths: what the policy of the request counts
    /// money against; else what others do, and the number of the order.
    #[must_use]
    pub fn orders(&self, request: &str) -> Vec<&str> {
        let governing = self.requests.get(request).and_then(|at| self.policies.get(*at));
        let otherwise = || self.policies.iter().find(|policy| policy.id == SOMETHING_ELSE);
        let own = governing.or_else(otherwise);
        let mut all: Vec<&str> = own.iter().copied().chain(&self.policies).flat_map(paths).collect();
        all.push(ORDER);
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|path| seen.insert(*path));
        all
    }
}

/// What each version of a policy counts money against, the newest first.
fn paths(policy: &Policy) -> impl Iterator<Item = &str> {
    policy.versions.iter().rev().flat_map(|version| &version.orders).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use crate::trial::tests::books::book;

    const HEAD: &str = "book: b\ncurrency: USD\ntime_zone: UTC\nroles:\n  - { id: lead, per_grant: 10 USD }\n";

    fn policy(id: &str, against: &str, remedies: &str) -> String {
        format!("policy: {id}\nrequest: [{id}]\n{against}remedies:\n{remedies}")
    }

    fn back(id: &str, against: &str) -> String {
        format!("  {id}: {{ says: Money back, kind: refund, of: paid, refunded: paid, amount: paid{against} }}\n")
    }

    #[test]
    fn a_book_says_itself_what_names_an_order() {
        let facts = "facts:\n  paid: 'money(0..)'\n  customer: { id: text }\n  ticket: { number: text, seat?: text }\n  \
                     fee?: { id: text, kind: [late, fuel] }\n  order?: { id: text }\n";
        let own = "define:\n  place: \"has(ticket.seat) ? ticket.seat : 'any'\"\n";
        let trips = policy("trips", "against: \"ticket.number\"\n", &back("whole", ""));
        let fees =
            back("waived", ", against: \"has(fee.id) && fee.kind == 'late' ? fee.id : customer.id + ticket.number\"");
        let fees = policy("fees", "", &format!("{fees}{}", back("plain", "")));
        let seats = policy("seats", "", &back("moved", ", against: \"'seat/' + place\""));
        let calm = "policy: something_else\nrequest: [something_else]\ngoodwill:\n  \
                    gift: { says: A gift, kind: store_credit, amount: 5 USD, expires: never }\n";
        let files = [
            ("book.yaml", &*format!("{HEAD}{facts}{own}")),
            ("policies/fees.yaml", &fees),
            ("policies/seats.yaml", &seats),
            ("policies/trips.yaml", &trips),
            ("policies/z.yaml", calm),
        ];
        let book = book(&files);
        let by = |request| book.orders(request);
        assert_eq!(by("trips"), ["ticket.number", "fee.id", "order.id", "ticket.seat"], "its own before all others");
        assert_eq!(by("seats")[0], "ticket.seat", "through a definition, and whatever stands before it");
        assert_eq!(by("fees")[..2], ["ticket.number", "fee.id"], "what is always there before what may be left out");
        assert_eq!(by("something_else")[0], by("no_such_request")[0], "what others count against");
    }

    #[test]
    fn where_nothing_says_what_names_an_order_it_is_its_number() {
        let facts = "facts:\n  paid: 'money(0..)'\n  booking: { id: text }\n";
        let files = [("book.yaml", &*format!("{HEAD}{facts}")), ("policies/p.yaml", &policy("p", "", &back("r", "")))];
        assert_eq!(book(&files).orders("p"), ["order.id"]);
    }
}
