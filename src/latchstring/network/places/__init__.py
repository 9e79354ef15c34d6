"""Where homes are, as counts for each cell; no home and no camera."""
