"""Log lines about damaged files of releases."""

import structlog

from geoservice.release.protocols import ReleaseReader


class DamageLog:
    """Logs each damaged file once; ``count`` is the number of damaged files at the last inspection of a release."""

    def __init__(self) -> None:
        self.count = 0
        self._logged: set[tuple[int, str, str]] = set()

    def inspect(self, reader: ReleaseReader) -> None:
        """Count and log the damaged files of a release."""
        faults = reader.faults()
        self.count = len(faults)
        for file, reason in faults:
            self.log(reader.number, file, reason)

    def log(self, number: int, file: str, reason: str) -> None:
        """Log a damaged file of a release, unless the same was logged before."""
        if (number, file, reason) not in self._logged:
            self._logged.add((number, file, reason))
            advice = "geoservice doctor; publish again, or geoservice rollback"
            structlog.get_logger().error("damaged file", release=number, file=file, reason=reason, advice=advice)
