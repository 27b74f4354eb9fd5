package returns

default allowed := false

allowed if {
    input.request.type == "return"
    input.request.channel in {"chat", "email", "phone"}
    recent
    input.order.amount_cents <= 20000
    input.request.refund_cents <= input.agent.limit_cents
    input.customer.tenure_days >= 180
    input.customer.exceptions_12m < 3
    input.customer.fraud_score < 70
    not input.order.final_sale
    input.order.category in {"apparel", "home", "toys", "books", "beauty", "garden"}
}

recent if input.order.days_since_delivery <= 30

recent if {
    input.customer.tier == "gold"
    input.order.days_since_delivery <= 45
}
