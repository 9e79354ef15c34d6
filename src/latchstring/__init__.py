"""A neighbourhood camera network whose door opens only from the inside."""

__version__ = "0.1.0"
