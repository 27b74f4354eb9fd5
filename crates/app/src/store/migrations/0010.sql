-- Customers are told apart without capitals: `C_1` and `c_1` are one. What an AI agent alone claims makes nobody known.
-- A no binds the request: what was refused is found by the customer and by the order, each with the policy.

ALTER TABLE customers ADD COLUMN known BIGINT NOT NULL DEFAULT 1;
DROP INDEX grants_by_customer;
CREATE INDEX grants_by_customer ON grants (business, lower(customer), at);
CREATE INDEX profiles_by_key ON profiles (business, lower(id));
DROP INDEX orders_by_customer;
CREATE INDEX orders_by_customer ON orders (business, lower(customer), at);
DROP INDEX precedents_by_customer;
CREATE INDEX precedents_by_customer ON precedents (business, lower(customer), at);
DROP INDEX cases_by_customer;
CREATE INDEX cases_by_customer ON cases (business, lower(customer), id);

CREATE TABLE refusals (
  business TEXT NOT NULL,
  request TEXT NOT NULL,
  case_id TEXT NOT NULL,
  approval TEXT NOT NULL,
  option_id TEXT NOT NULL,
  order_key TEXT,
  source TEXT,
  by_person TEXT NOT NULL,
  role TEXT NOT NULL,
  team TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (business, request, case_id, approval)
);
CREATE INDEX refusals_by_case ON refusals (business, case_id);
