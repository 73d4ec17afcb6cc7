"""Finding addresses as a task of the pool of live questions: never stored, and in no log."""

from dataclasses import dataclass, field

import orjson

from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState

GAZETTEER = "gazetteer"
"""Key of the gazetteer in the state that a process keeps with an open release."""
ADDRESSES_A_QUESTION = 100
"""Addresses that are as much work as a question."""


@dataclass(frozen=True)
class GeocodeTask:
    """Finds addresses in the gazetteer of a release; its ``repr`` does not contain them."""

    addresses: tuple[str, ...] = field(repr=False)
    country: str | None
    scope: str | None
    language: str

    @property
    def cost(self) -> int:
        """By the number of addresses, in questions."""
        return 1 + len(self.addresses) // ADDRESSES_A_QUESTION

    def run(self, reader: ReleaseReader, state: ReleaseState) -> bytes:
        """Return the answer as JSON.

        Raises :class:`NotFound` if the release has no gazetteer, :class:`ParameterError` for an unknown scope.
        """
        from geoservice.addresses.gazetteer import Gazetteer  # in the child process only
        from geoservice.server.gazetteer.geocode_answer import geocode_features

        if GAZETTEER not in state:
            state[GAZETTEER] = Gazetteer.open(reader.gazetteer())
        answer = geocode_features(self.addresses, state[GAZETTEER], self.country, self.scope, self.language)
        return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
