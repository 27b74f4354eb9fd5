-- Rules are written as drafts and published by a second person. What was published stands over the book's folder; an edition
-- is a state of the book that was served, whose texts are among the books.

CREATE TABLE drafts (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  policy TEXT NOT NULL,
  text TEXT NOT NULL,
  base TEXT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL,
  authors TEXT NOT NULL,
  saved_by TEXT NOT NULL,
  since BIGINT NOT NULL,
  saved BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);
CREATE INDEX drafts_open ON drafts (business, id) WHERE state = 'open';

CREATE TABLE published (
  business TEXT NOT NULL,
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  edition BIGINT NOT NULL,
  PRIMARY KEY (business, path)
);

CREATE TABLE editions (
  business TEXT NOT NULL,
  number BIGINT NOT NULL,
  digest TEXT NOT NULL,
  at BIGINT NOT NULL,
  publisher TEXT,
  authors TEXT,
  policy TEXT,
  in_force TEXT,
  draft TEXT,
  PRIMARY KEY (business, number)
);

-- When people began to work, so that they can be told what is new since: their sign-ins, those within some hours as one.
CREATE TABLE shifts (
  business TEXT NOT NULL,
  person TEXT NOT NULL,
  latest BIGINT NOT NULL,
  previous BIGINT,
  PRIMARY KEY (business, person)
);
