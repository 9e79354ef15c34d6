"""The worker: what has to happen after a transaction, again and again until it has."""
