"""The inputs of a question, checked."""

from typing import Any

from pydantic import BaseModel, ValidationError

from geoservice.errors import ParameterError
from geoservice.live.question import QUESTIONS


def parsed(process: str, inputs: dict[str, Any]) -> BaseModel:
    """Return the question of a process; raises :class:`ParameterError` that names what is wrong."""
    return checked_inputs(QUESTIONS[process], inputs)


def checked_inputs(model: type[BaseModel], inputs: dict[str, Any]) -> BaseModel:
    """Return inputs as their model; raises :class:`ParameterError` that names what is wrong.

    >>> from geoservice.live.question import CoverageQuestion
    >>> checked_inputs(CoverageQuestion, {"service": "clinic", "mode": "walk"}).tier
    'any'
    """
    try:
        return model.model_validate(inputs)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, ("inputs", *first["loc"])))
        raise ParameterError(f"{place}: got {str(first['input'])!r:.60}: {first['msg']}") from None
