"""geoservice: maps of access to public services, out of registers that stay private."""

__version__ = "0.1.0"
