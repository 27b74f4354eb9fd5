-- What the journal did not tell before (of secrets, and of keys that are older than it) is written down once, as it is at the
-- upgrade; from then on every row of the settings is held against it.
INSERT INTO readers (business, id, seen) SELECT business, 'kept', 'to_adopt' FROM businesses;
