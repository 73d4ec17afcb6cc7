"""The body of an execution: inputs, and the form of the results."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from geoservice.errors import ParameterError
from geoservice.live.inputs import checked_inputs
from geoservice.server.json_body import parse_object

MAX_BODY = 1_000_000
"""Bytes of a request's body."""
RESPONSES = ("raw", "document")
OUTPUT = "answer"
"""The output of every process."""
EXECUTE: dict[str, Any] = {
    "type": "object",
    "required": ["inputs"],
    "properties": {
        "inputs": {"type": "object", "properties": {}},
        "outputs": {"type": "object", "properties": {OUTPUT: {"type": "object"}}},
        "response": {"type": "string", "enum": list(RESPONSES), "default": RESPONSES[0]},
    },
}
"""OpenAPI schema of the body."""


@dataclass(frozen=True)
class Execution:
    """The inputs of a process, and the form of its results: ``raw`` is the answer itself."""

    inputs: BaseModel
    response: str


def parse_execution(body: bytes, model: type[BaseModel]) -> Execution:
    """Return the execution in a request's body; raises :class:`ParameterError` that names what is wrong.

    >>> from geoservice.live.question import CoverageQuestion
    >>> parse_execution(b'{"inputs": {"service": "clinic", "mode": "walk"}}', CoverageQuestion).inputs.tier
    'any'
    """
    content = parse_object(body, '{"inputs": {…}}')
    if not isinstance(content.get("inputs"), dict):
        raise ParameterError('body: expected an object with "inputs", itself an object')
    response, outputs = content.get("response", RESPONSES[0]), content.get("outputs", {})
    if response not in RESPONSES:
        raise ParameterError(f"response: got {str(response)!r:.60}, allowed are {', '.join(RESPONSES)}")
    if not isinstance(outputs, dict) or not outputs.keys() <= {OUTPUT}:
        raise ParameterError(f"outputs: got {str(outputs)!r:.60}, allowed is an object with {OUTPUT} alone")
    return Execution(checked_inputs(model, content["inputs"]), str(response))
