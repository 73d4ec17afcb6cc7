"""The edits of a stored scenario in a question, read before the question goes to a child process."""

from anyio import to_thread
from pydantic import BaseModel

from geoservice.errors import ParameterError
from geoservice.server.deps import RequestContext
from geoservice.server.scenarios.requests import scenarios_of

PLACES = {"scenario": "edits", "compared_with_scenario": "compared_with"}
"""Inputs with the id of a stored scenario, and those that its edits take the place of."""


async def resolved(question: BaseModel, context: RequestContext) -> BaseModel:
    """Return a question with the edits of the scenarios that it names; other questions unchanged.

    Raises :class:`ParameterError` for a scenario and edits together, :class:`geoservice.errors.NotFound` for an unknown one,
    and errors of access for a caller who is no planner.
    """
    for name, edits in PLACES.items():
        scenario_id = getattr(question, name, None)
        if scenario_id is None:
            continue
        if getattr(question, edits, None):
            raise ParameterError(f"inputs: got {name} and {edits}, allowed is one of the two")
        scenario = await to_thread.run_sync(scenarios_of(context).store.get, scenario_id)
        question = question.model_copy(update={edits: scenario.edits, name: None})
    return question
