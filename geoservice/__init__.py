"""geoservice: maps of access to public services on which nobody can be found."""

__version__ = "0.1.0"
