"""The processes of the service: their titles, inputs and outputs, in both languages."""

from typing import Any

from geoservice.live.question import CoverageQuestion

STATION_SCENARIO = "station-scenario"
VERSION = "1.0.0"
LIST_TITLES = {"zh": "实时问题", "en": "Live questions"}
TITLES = {"zh": "站点情景", "en": "Stations as they could be"}
DESCRIPTIONS = {
    "zh": "新增、移动、关闭或调整站点之后，各区域的覆盖人数、新增覆盖与失去覆盖的人数，以及站点的服务人数，均附误差范围。",
    "en": "Coverage of areas, people newly covered and no longer covered, and people of stations after stations are added, "
    "moved, closed or changed; each number with its margin.",
}


def summary(language: str) -> dict[str, Any]:
    """Return the summary of the process, without links."""
    return {
        "id": STATION_SCENARIO,
        "version": VERSION,
        "title": TITLES[language],
        "description": DESCRIPTIONS[language],
        "jobControlOptions": ["sync-execute"],
        "outputTransmission": ["value"],
    }


def description(language: str) -> dict[str, Any]:
    """Return the process with the schemas of its inputs and of its output."""
    schema = CoverageQuestion.model_json_schema()
    required = set(schema["required"])
    inputs = {
        name: {"title": name, "schema": part, "minOccurs": int(name in required), "maxOccurs": 1}
        for name, part in schema["properties"].items()
    }
    definitions = schema.get("$defs", {})
    inputs["edits"]["schema"] = {**schema["properties"]["edits"], "$defs": definitions}
    outputs = {"answer": {"title": TITLES[language], "schema": {"type": "object", "contentMediaType": "application/json"}}}
    return {**summary(language), "inputs": inputs, "outputs": outputs}
