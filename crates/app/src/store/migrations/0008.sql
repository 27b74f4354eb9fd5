-- When a key was used last, as the start of that day in UTC. Customers by their names, folded: each once for each word of
-- it, with that word first, so that what is typed is the beginning of what is looked for.
ALTER TABLE keys ADD COLUMN used BIGINT;

CREATE TABLE names (
  business TEXT NOT NULL,
  customer TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (business, customer, name)
);
CREATE INDEX names_by_name ON names (business, name, customer);
