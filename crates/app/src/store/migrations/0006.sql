-- What people wrote can be erased: the key of a case under which it is sealed, when it was destroyed, and how many events
-- cite an assessment or a file. What was there before is cited at least once. The count of a file stands beside it, since
-- a row that changes is written anew, and a file is large.

ALTER TABLE cases ADD COLUMN seal TEXT;
ALTER TABLE cases ADD COLUMN erased BIGINT;
-- A list is in the order of its ids, so that an index has to end with them: without it all cases were read for the few that
-- are one person's.
DROP INDEX cases_by_owner;
CREATE INDEX cases_by_owner ON cases (business, owner, state, id);
CREATE INDEX cases_of_owner ON cases (business, owner, id);
DROP INDEX cases_by_customer;
CREATE INDEX cases_by_customer ON cases (business, customer, id);
CREATE INDEX cases_by_offer ON cases (business, offered, id) WHERE offered IS NOT NULL;
CREATE INDEX cases_for_head ON cases (business, id) WHERE head IS NOT NULL;
ALTER TABLE assessments ADD COLUMN uses BIGINT NOT NULL DEFAULT 1;

CREATE TABLE file_uses (
  business TEXT NOT NULL,
  digest TEXT NOT NULL,
  uses BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (business, digest)
);
CREATE INDEX file_uses_none ON file_uses (business, at) WHERE uses <= 0;
INSERT INTO file_uses (business, digest, uses, at) SELECT business, digest, 1, at FROM files;
