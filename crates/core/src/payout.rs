//! Money that leaves the house: which kinds of remedy pay out, whatever they cost.

/// Whether a kind of remedy hands money, or what is as good as money, to the customer.
///
/// A code counts where it is worth a fixed amount; one of a percentage pays out nothing by itself. An unknown kind pays
/// out: a limit that does not know what it looks at must not let it pass.
#[must_use]
pub fn pays_out(kind: &str) -> bool {
    !matches!(
        kind,
        "replacement"
            | "prepared_cart"
            | "reship"
            | "keep_item"
            | "give_back"
            | "return_label"
            | "repair"
            | "warranty_extension"
            | "points"
            | "booking_change"
            | "message"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_what_is_as_good_as_money_pays_out_and_goods_do_not() {
        for kind in ["refund", "price_adjustment", "store_credit", "promo_code", "shipping_credit", "fee_waiver"] {
            assert!(pays_out(kind), "{kind}");
        }
        for kind in ["replacement", "repair", "message", "return_label"] {
            assert!(!pays_out(kind), "{kind}");
        }
        assert!(pays_out("Refund"), "a spelling that nobody knows is not a way round a limit");
    }
}
