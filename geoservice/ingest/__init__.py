"""Files of strangers to checked tables: read apart, mapped, cleaned, refused with reasons, written whole or not at all."""

from geoservice.ingest.load import import_file
from geoservice.ingest.report import Options, Reject, Report

__all__ = ["Options", "Reject", "Report", "import_file"]
