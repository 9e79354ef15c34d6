"""Tables in, studies out: files and records become arrays, results become JSON, a report or GeoJSON."""
