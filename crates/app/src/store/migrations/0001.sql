-- Whole numbers and texts only, so that one text serves both engines. Times are microseconds since 1970 in UTC, amounts
-- minor units, digests 64 hexadecimal letters. Every key begins with the business, so that tables can be spread by it.

CREATE TABLE businesses (
  business TEXT NOT NULL,
  settings BIGINT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (business)
);

CREATE TABLE teams (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  title TEXT NOT NULL,
  mode TEXT NOT NULL,
  PRIMARY KEY (business, id)
);

CREATE TABLE people (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  team TEXT NOT NULL,
  state TEXT NOT NULL,
  token TEXT,
  since BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);

CREATE TABLE allowances (
  business TEXT NOT NULL,
  holder TEXT NOT NULL,
  span TEXT NOT NULL,
  currency TEXT NOT NULL,
  most BIGINT NOT NULL,
  PRIMARY KEY (business, holder, span, currency)
);

CREATE TABLE presence (
  business TEXT NOT NULL,
  person TEXT NOT NULL,
  seen BIGINT NOT NULL,
  PRIMARY KEY (business, person)
);

CREATE TABLE books (
  business TEXT NOT NULL,
  digest TEXT NOT NULL,
  texts TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (business, digest)
);

CREATE TABLE assessments (
  business TEXT NOT NULL,
  digest TEXT NOT NULL,
  book TEXT NOT NULL,
  role TEXT NOT NULL,
  question_digest TEXT NOT NULL,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (business, digest)
);

CREATE TABLE cases (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  team TEXT NOT NULL,
  customer TEXT,
  request TEXT NOT NULL,
  state TEXT NOT NULL,
  owner TEXT NOT NULL,
  offered TEXT,
  head TEXT,
  turn TEXT NOT NULL,
  asked BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  version BIGINT NOT NULL,
  due BIGINT,
  PRIMARY KEY (business, id)
);
CREATE INDEX cases_by_owner ON cases (business, owner, state);
CREATE INDEX cases_by_state ON cases (business, state, id);
CREATE INDEX cases_by_customer ON cases (business, customer);
CREATE INDEX cases_due ON cases (business, due);

CREATE TABLE customers (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);

CREATE TABLE journal (
  business TEXT NOT NULL,
  team TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  case_id TEXT,
  version BIGINT,
  event TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (business, team, seq)
);
CREATE UNIQUE INDEX journal_by_case ON journal (business, case_id, version);

CREATE TABLE chains (
  business TEXT NOT NULL,
  team TEXT NOT NULL,
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (business, team)
);

CREATE TABLE anchors (
  business TEXT NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  previous TEXT NOT NULL,
  heads TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (business, number)
);

CREATE TABLE anchored (
  business TEXT NOT NULL,
  team TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (business, team)
);

CREATE TABLE budgets (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  reserved BIGINT NOT NULL,
  settled BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);

CREATE TABLE grants (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  team TEXT NOT NULL,
  customer TEXT,
  request TEXT NOT NULL,
  option_id TEXT NOT NULL,
  rights TEXT NOT NULL,
  cost BIGINT NOT NULL,
  currency TEXT NOT NULL,
  by_person TEXT NOT NULL,
  authority TEXT NOT NULL,
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  ended BIGINT,
  PRIMARY KEY (business, id)
);
CREATE INDEX grants_by_customer ON grants (business, customer, at);

CREATE TABLE approvals (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  team TEXT NOT NULL,
  state TEXT NOT NULL,
  asker TEXT NOT NULL,
  asked_of TEXT,
  least TEXT NOT NULL,
  look TEXT NOT NULL,
  option_id TEXT NOT NULL,
  cost BIGINT NOT NULL,
  currency TEXT NOT NULL,
  at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);
CREATE INDEX approvals_by_state ON approvals (business, state, until);
CREATE INDEX approvals_by_case ON approvals (business, case_id);

CREATE TABLE steps (
  business TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  case_id TEXT NOT NULL,
  team TEXT NOT NULL,
  connector TEXT NOT NULL,
  step TEXT NOT NULL,
  state TEXT NOT NULL,
  word TEXT NOT NULL,
  next BIGINT,
  changed BIGINT NOT NULL,
  PRIMARY KEY (business, grant_id, number)
);
CREATE INDEX steps_next ON steps (business, next) WHERE next IS NOT NULL;
CREATE INDEX steps_waiting ON steps (business, changed) WHERE word = 'needs_person';

CREATE TABLE requests (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  digest TEXT NOT NULL,
  answer TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);
CREATE INDEX requests_by_time ON requests (business, at);

CREATE TABLE files (
  business TEXT NOT NULL,
  digest TEXT NOT NULL,
  kind TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  content TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (business, digest)
);

CREATE TABLE endpoints (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  url TEXT NOT NULL,
  secrets TEXT NOT NULL,
  kinds TEXT NOT NULL,
  state TEXT NOT NULL,
  seen TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);

CREATE TABLE deliveries (
  business TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts TEXT NOT NULL,
  next BIGINT,
  at BIGINT NOT NULL,
  PRIMARY KEY (business, endpoint, id)
);
CREATE INDEX deliveries_next ON deliveries (business, next) WHERE next IS NOT NULL;
CREATE INDEX deliveries_by_time ON deliveries (business, endpoint, at);
