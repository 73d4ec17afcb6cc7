"""The arrays of an open release for siting, for processes that run jobs; the serving process does not import this module."""

from collections.abc import Callable

from geoservice.live.files import read_live
from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState
from geoservice.siting.answer import answer
from geoservice.siting.arrays import SitingParameters, StudyArrays
from geoservice.siting.question import SitingQuestion

ARRAYS = "siting"
"""Key of the arrays in the state that a process keeps with an open release."""


def siting_answer(
    reader: ReleaseReader, state: ReleaseState, question: SitingQuestion, progress: Callable[[str, float], None]
) -> dict[str, object]:
    """Return the answer to a question; raises :class:`geoservice.errors.NotFound` if the release has no arrays for it."""
    if ARRAYS not in state:
        progress("reading", 0.0)
        live = read_live(reader.live())
        arrays = StudyArrays(live.surface, live.areas, live.stations.to_pylist(), live.network)
        state[ARRAYS] = arrays, SitingParameters.of_study(reader.manifest.study)
        progress("reading", 1.0)
    arrays, parameters = state[ARRAYS]
    return answer(arrays, parameters, question, progress)
