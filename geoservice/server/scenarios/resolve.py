"""The edits of a stored scenario in a question, read before the question goes to a child process."""

from anyio import to_thread
from pydantic import BaseModel

from geoservice.errors import ParameterError
from geoservice.server.deps import RequestContext
from geoservice.server.scenarios.question import StoredScenario
from geoservice.server.scenarios.requests import scenarios_of


async def resolved(question: BaseModel, context: RequestContext) -> BaseModel:
    """Return a question with the edits of the scenario that it names; other questions unchanged.

    Raises :class:`ParameterError` for a scenario and edits together, :class:`geoservice.errors.NotFound` for an unknown one,
    and errors of access for a caller who is no planner.
    """
    if not isinstance(question, StoredScenario) or question.scenario is None:
        return question
    if getattr(question, "edits", ()):
        raise ParameterError("inputs: got scenario and edits, allowed is one of the two")
    scenario = await to_thread.run_sync(scenarios_of(context).store.get, question.scenario)
    return question.model_copy(update={"edits": scenario.edits, "scenario": None})
