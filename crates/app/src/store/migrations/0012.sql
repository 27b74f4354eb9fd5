-- Who made a key, and the key that it was made with: it is good no longer than that one. Who gave someone their role or
-- their password, and when: for a while they count as that person where two are needed.
ALTER TABLE keys ADD COLUMN maker TEXT;
ALTER TABLE keys ADD COLUMN made_with TEXT;
ALTER TABLE people ADD COLUMN given_by TEXT;
ALTER TABLE people ADD COLUMN given_at BIGINT;
