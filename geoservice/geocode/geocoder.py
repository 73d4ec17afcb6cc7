"""Geocodes addresses against the gazetteer of a project and its reference points."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from geoservice.addresses import Gazetteer
from geoservice.addresses.geocoded import Geocoded
from geoservice.addresses.match import match
from geoservice.addresses.parse import parse
from geoservice.addresses.scope import scope_row
from geoservice.geocode.fixes import Fixes


@dataclass(frozen=True)
class Geocoder:
    """Where addresses are looked up; small enough to send to another process, which opens the files itself.

    Attributes
    ----------
    gazetteer_folder : Path
    country : str
        ISO 3166 code, which decides how addresses are written.
    scope_code : str or None
        Code of the area that all places are inside of; None for no limit.
    fixes : Fixes
        Reference points, which come before the gazetteer.
    """

    gazetteer_folder: Path
    country: str = "CN"
    scope_code: str | None = None
    fixes: Fixes = field(default_factory=Fixes)

    def geocode(self, address: str) -> Geocoded:
        """Return where an address is; the same for the same address, whatever else is geocoded."""
        gazetteer, scope = _open(self.gazetteer_folder), _scope(self.gazetteer_folder, self.scope_code)
        parsed = parse(address, gazetteer, scope, self.country)
        return self.fixes.of(parsed.text) or match(parsed, gazetteer, scope, self.country)

    def normalised(self, address: str) -> str:
        """Return an address as reference points know it."""
        return parse(address, _open(self.gazetteer_folder), _scope(self.gazetteer_folder, self.scope_code), self.country).text

    def geocode_all(self, addresses: Sequence[str]) -> list[Geocoded]:
        """Return where addresses are."""
        return [self.geocode(address) for address in addresses]


@lru_cache(maxsize=1)
def _open(folder: Path) -> Gazetteer:
    return Gazetteer.open(folder)


@lru_cache(maxsize=1)
def _scope(folder: Path, code: str | None) -> int:
    return scope_row(_open(folder), code, f"scope {code!r:.40}")
