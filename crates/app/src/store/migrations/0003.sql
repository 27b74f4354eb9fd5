-- What other systems knew before: customers, orders and decisions, by their ids there; and what is like what.

CREATE TABLE profiles (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  since BIGINT NOT NULL,
  name TEXT,
  fields TEXT NOT NULL,
  PRIMARY KEY (business, id)
);

CREATE TABLE orders (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  customer TEXT NOT NULL,
  at BIGINT NOT NULL,
  total BIGINT NOT NULL,
  currency TEXT NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (business, id)
);
CREATE INDEX orders_by_customer ON orders (business, customer, at);

CREATE TABLE precedents (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  customer TEXT,
  at BIGINT NOT NULL,
  request TEXT NOT NULL,
  policy TEXT NOT NULL,
  terms TEXT,
  far BIGINT,
  past TEXT,
  decision TEXT NOT NULL,
  remedy TEXT,
  amount BIGINT,
  cost BIGINT,
  currency TEXT,
  role TEXT,
  origin TEXT NOT NULL,
  fields TEXT NOT NULL,
  case_id TEXT,
  PRIMARY KEY (business, id)
);
-- Outward from a distance, on either side the newest of equals first.
CREATE INDEX precedents_nearer ON precedents (business, policy, terms, far, at) WHERE terms IS NOT NULL;
CREATE INDEX precedents_further ON precedents (business, policy, terms, far, at DESC) WHERE terms IS NOT NULL;
CREATE INDEX precedents_of_case ON precedents (business, case_id) WHERE case_id IS NOT NULL;
CREATE INDEX precedents_by_customer ON precedents (business, customer, at);

CREATE TABLE imports (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  rows BIGINT NOT NULL,
  done BIGINT NOT NULL,
  since BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);

-- What an assessment was like.
ALTER TABLE assessments ADD COLUMN policy TEXT;
ALTER TABLE assessments ADD COLUMN terms TEXT;
ALTER TABLE assessments ADD COLUMN far BIGINT;
ALTER TABLE assessments ADD COLUMN past TEXT;

-- How far each part of the program that follows the journal has come.
CREATE TABLE readers (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  seen TEXT NOT NULL,
  PRIMARY KEY (business, id)
);
