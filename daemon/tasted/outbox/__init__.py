"""From a document to a sidecar on disk, and back to a list for people. The outbox is the ledger."""
