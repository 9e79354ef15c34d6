"""What agencies ask, what reviewers say to it, and the bundles that carry it to every home."""
