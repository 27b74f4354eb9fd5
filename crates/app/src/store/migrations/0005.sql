-- Where cases come in by themselves: events of other systems, mail, and forms.

CREATE TABLE inlets (
  business TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  secrets TEXT NOT NULL,
  owner TEXT NOT NULL,
  request TEXT,
  intake TEXT,
  state TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (business, id)
);
