-- A purchase was named with its `#`, and a payment with the order it was found under: rows of one are put together once.
INSERT INTO readers (business, id, seen) SELECT business, 'ledger', 'to_adopt' FROM businesses;
