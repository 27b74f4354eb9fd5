-- What is left of what was paid: one row for each part of a purchase and each payment of it, across all cases.
-- `said`: the source that told what was paid; NULL: an amount stands for it. `held`: what grants took, as JSON.
CREATE TABLE ledger (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  purchase TEXT NOT NULL,
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  paid BIGINT,
  said TEXT,
  refunded BIGINT NOT NULL,
  reserved BIGINT NOT NULL,
  settled BIGINT NOT NULL,
  held TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);
CREATE INDEX ledger_by_purchase ON ledger (business, purchase);
