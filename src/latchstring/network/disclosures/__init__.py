"""What owners share: ciphertext that nobody here can open, its log entry, and the way to the agency."""
