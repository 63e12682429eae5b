"""What inbox and outbox hold of a hundred thousand files, packed: stamps and ledger entries."""
