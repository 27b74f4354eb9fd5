-- People without an account: links by which they answer a question, and mail that is to be sent. A link's secret is
-- kept as its digest; an address and a mail only until the mail is sent.

CREATE TABLE links (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  consult TEXT NOT NULL,
  at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);
CREATE INDEX links_by_case ON links (business, case_id, at);

CREATE TABLE mails (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  next BIGINT,
  PRIMARY KEY (business, id)
);
CREATE INDEX mails_due ON mails (business, next);
