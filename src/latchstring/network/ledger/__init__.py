"""The public log of this network: entered with what it records, integrated by one writer, served as files."""
