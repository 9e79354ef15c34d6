"""Impact studies: a plan is locked in the public log, and its outcome read once, after the wait."""
