"""The inputs of a question, checked."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from geoservice.errors import ParameterError
from geoservice.live.question import QUESTIONS

Model = TypeVar("Model", bound=BaseModel)


def parsed(process: str, inputs: dict[str, Any]) -> BaseModel:
    """Return the question of a process; raises :class:`ParameterError` that names what is wrong."""
    return checked_inputs(QUESTIONS[process], inputs)


def checked_inputs(model: type[BaseModel], inputs: dict[str, Any]) -> BaseModel:
    """Return inputs as their model; raises :class:`ParameterError` that names what is wrong.

    >>> from geoservice.live.question import CoverageQuestion
    >>> checked_inputs(CoverageQuestion, {"service": "clinic", "mode": "walk"}).tier
    'any'
    """
    return validated(inputs, model, "inputs")


def validated(content: object, model: type[Model], place: str = "", places: Mapping[str, str] = MappingProxyType({})) -> Model:
    """Return content as a model; raises :class:`ParameterError` with the place below ``place``, the value and what is allowed.

    ``places`` are the places of fields that are elsewhere in the source than in the content. The error of a model that hides
    its input has neither values nor names of unknown fields.

    >>> class Point(BaseModel):
    ...     lon: float
    >>> validated({"lon": "east"}, Point, "inputs")
    Traceback (most recent call last):
    ...
    geoservice.errors.ParameterError: inputs.lon: got 'east': Input should be a valid number, unable to parse string as a number
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        if model.model_config.get("hide_input_in_errors"):
            raise ParameterError(_without_input(first["loc"], str(first["msg"]), model, place)) from None
        field, *inside = first["loc"] or ("body",)
        where = ".".join(map(str, (*((place,) if place else ()), places.get(str(field), field), *inside)))
        raise ParameterError(f"{where}: got {str(first['input'])!r:.60}: {first['msg']}") from None


def _without_input(location: Sequence[int | str], message: str, model: type[BaseModel], place: str) -> str:
    fields = list(model.model_fields)
    if not location or location[0] not in fields:
        return f"{place}: a field is unknown, allowed are {', '.join(fields)}"
    where = ".".join(map(str, ((place,) if place else ()) + tuple(location[:2])))
    return f"{where}: {message}"
