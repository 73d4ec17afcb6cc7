"""The values of properties with few values, and their titles."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoservice.labels import GEOGRAPHIES, GROUPS, TIERS, Labels, mode_labels
from geoservice.layer import Label
from geoservice.measures import NOT_APPLICABLE, OK
from geoservice.number_text import Limits, limits_of, reason_label

Value = str | int
HAS_VALUE = Label(zh="有数值", en="a value")
NONE: tuple[Value, ...] = ("", 0)
"""Values of a dimension that does not apply."""


class ValueTitles:
    """Titles of the values of dimensions, geographies and statuses in a study."""

    def __init__(self, study: Mapping[str, Any]) -> None:
        self._limits: Limits = limits_of(study)
        self._labels: dict[str, Labels] = {
            "geography": GEOGRAPHIES,
            "mode": mode_labels(study.get("peak_factor") or {}),
            "tier": TIERS,
            "service": titles_in(study.get("services") or ()),
            "group": {**GROUPS, **titles_in(study.get("groups") or ())},
        }

    def label(self, name: str, value: Value) -> Label:
        """Return the title of a value of a property; without a title of its own, the value itself."""
        if name == "status" or name.endswith("_status"):
            return HAS_VALUE if value == OK else reason_label(str(value), self._limits)
        if value in NONE:
            return reason_label(NOT_APPLICABLE)
        if name == "minutes":
            return Label(zh=f"{value}分钟", en=f"{value} min")
        return self._labels.get(name, {}).get(value) or Label(zh=str(value), en=str(value))

    def schema(self, name: str, values: Sequence[Value], language: str) -> dict[str, Any]:
        """Return the JSON Schema keywords that list the values, empty without values."""
        if not values:
            return {}
        choices = [{"const": value, "title": getattr(self.label(name, value), language)} for value in values]
        return {"enum": list(values), "oneOf": choices}


def titles_in(entries: Sequence[Mapping[str, Any]]) -> Labels:
    """Return the titles of a study's services or groups by their ids."""
    return {entry["id"]: Label.model_validate(entry["title"]) for entry in entries if "title" in entry}
