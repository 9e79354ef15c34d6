"""What residents reported, as counts by cell; the maps made of them; and the gate to an agency."""
