-- How people and programs come in: keys, passwords, accounts at a provider of sign-in, and sessions. Nothing here lets
-- anyone in who reads it: digests of secrets, never secrets.

CREATE TABLE keys (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  person TEXT NOT NULL,
  title TEXT NOT NULL,
  digest TEXT NOT NULL,
  older TEXT,
  older_until BIGINT,
  actions TEXT NOT NULL,
  until BIGINT,
  since BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);
INSERT INTO keys (business, id, person, title, digest, actions, since)
SELECT business, id, id, 'first', token, '[]', since FROM people WHERE token IS NOT NULL;
ALTER TABLE people DROP COLUMN token;

CREATE TABLE passwords (
  business TEXT NOT NULL,
  person TEXT NOT NULL,
  hash TEXT NOT NULL,
  once_until BIGINT,
  since BIGINT NOT NULL,
  PRIMARY KEY (business, person)
);

CREATE TABLE identities (
  business TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (business, issuer, subject)
);

CREATE TABLE sessions (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  person TEXT NOT NULL,
  how TEXT NOT NULL,
  since BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);
CREATE INDEX sessions_by_person ON sessions (business, person);
