"""The processes of the service: their titles, inputs and outputs, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from geoservice.live import question
from geoservice.server.formats import GEOJSON
from geoservice.server.gazetteer.geocode_inputs import GeocodeQuestion
from geoservice.server.processes.analysis_texts import AFTER_EDITS, ANALYSIS_PROCESSES
from geoservice.server.processes.errors import NoSuchProcess
from geoservice.server.scenarios.question import StoredCoverageQuestion, StoredZoneQuestion
from geoservice.siting.question import SitingQuestion

LAYER = "coverage"
"""Who may read this layer may ask: an answer has the same numbers."""
VERSION = "1.0.0"
JOB_CONTROL = ("sync-execute", "async-execute", "dismiss")
SYNC_CONTROL = ("sync-execute",)
LIST_TITLES = {"zh": "实时问题", "en": "Live questions"}
Texts = Mapping[str, str]
"""A text by language."""


@dataclass(frozen=True)
class Process:
    """A process: ``inputs`` is the model of its inputs, ``media_type`` that of its answer, which is one JSON document.

    Each can be executed as a job, whose inputs are stored for a day, but not those with ``sync_only``. ``is_long``: it is a
    job even if the caller waits for the answer, as it takes many seconds. ``everywhere``: it counts the people of all areas,
    so callers whose view is limited to some areas may not execute it. ``layer``: who may read it may execute the process;
    None if anybody may, as the answer has nothing but public data.
    """

    id: str
    title: Texts
    description: Texts
    inputs: type[BaseModel]
    media_type: str = "application/json"
    is_long: bool = False
    everywhere: bool = False
    sync_only: bool = False
    layer: str | None = LAYER

    def summary(self, language: str) -> dict[str, Any]:
        """Return the summary of the process, without links."""
        return {
            "id": self.id,
            "version": VERSION,
            "title": self.title[language],
            "description": self.description[language],
            "jobControlOptions": list(SYNC_CONTROL if self.sync_only else JOB_CONTROL),
            "outputTransmission": ["value"],
        }

    def describe(self, language: str) -> dict[str, Any]:
        """Return the process with the schemas of its inputs and of its output."""
        schema = self.inputs.model_json_schema()
        required, definitions = set(schema.get("required", ())), schema.get("$defs", {})
        inputs = {
            name: {
                "title": name,
                "schema": {**part, "$defs": definitions} if "$ref" in str(part) else part,
                "minOccurs": int(name in required),
                "maxOccurs": 1,
            }
            for name, part in schema["properties"].items()
        }
        output = {"title": self.title[language], "schema": {"type": "object", "contentMediaType": self.media_type}}
        return {**self.summary(language), "inputs": inputs, "outputs": {"answer": output}}


STATION_SCENARIO = Process(
    question.STATION_SCENARIO,
    {"zh": "站点情景", "en": "Stations as they could be"},
    {
        "zh": "新增、移动、关闭或调整站点之后，各区域的覆盖人数、新增覆盖与失去覆盖的人数，以及站点的服务人数，均附误差范围。",
        "en": "Coverage of areas, people newly covered and no longer covered, and people of stations after stations are added, "
        "moved, closed or changed; each number with its margin.",
    },
    StoredCoverageQuestion,
)
ZONE = Process(
    question.ZONE,
    {"zh": "任意区域统计", "en": "People of a zone"},
    {
        "zh": "在地图上画出的多边形或圆之内的人数、各时间段的覆盖人数与比例、中位用时和服务站点，可与站点调整后的情况对比，"
        "均附误差范围。",
        "en": "People in a polygon or circle drawn on the map, how many of them are within reach, their median minutes and "
        "their stations, before and after edits of stations; each number with its margin.",
    },
    StoredZoneQuestion,
)
ISOCHRONE = Process(
    question.ISOCHRONE,
    {"zh": "等时圈", "en": "Isochrone"},
    {
        "zh": "从任意地点或站点出发（或到达）在若干分钟之内的范围及其中的人数，附误差范围。",
        "en": "The area within some minutes of any place or station, and the people in it with their margin.",
    },
    question.IsochroneQuestion,
    GEOJSON,
)
SITING = Process(
    "siting",
    {"zh": "选址", "en": "Where stations should open"},
    {
        "zh": "在现有站点之外选出一项服务的新站点：每个站点的次序、理由、新覆盖人数及误差范围，与最优值的差距，"
        "以及覆盖人数随站点数的变化。无法满足要求时，说明哪些区域的哪些人口未被覆盖。",
        "en": "The best sites for new stations of a service beside the existing ones: ranked, each with its reasons and the "
        "people newly reached with their margin; how far the choice can be from the best one; people reached by number of "
        "sites. If no choice can do what is asked for, the people left out, by area.",
    },
    SitingQuestion,
    media_type=GEOJSON,
    is_long=True,
    everywhere=True,
)
ANALYSES = tuple(
    Process(
        name,
        title,
        {language: text[language] + AFTER_EDITS[language] for language in text},
        inputs,
        GEOJSON,
        everywhere=True,
    )
    for name, title, text, inputs in ANALYSIS_PROCESSES
)
"""The analyses of a release, with the stations as they are or as they would be."""
GEOCODE = Process(
    "geocode",
    {"zh": "地址定位", "en": "Positions of addresses"},
    {
        "zh": "在公开地名库中查找一个或一批地址：坐标、精度、得分、以米计的不确定范围、存疑之处和其他可能的地点。"
        "地址不保存，也不写入日志。",
        "en": "One or many addresses in the gazetteer of public places: position, precision, score, uncertainty in metres, "
        "what is doubtful, and other places that fit. Addresses are neither stored nor logged.",
    },
    GeocodeQuestion,
    media_type=GEOJSON,
    sync_only=True,
    layer=None,
)
PROCESSES: Mapping[str, Process] = MappingProxyType(
    {p.id: p for p in (STATION_SCENARIO, ZONE, ISOCHRONE, *ANALYSES, SITING, GEOCODE)}
)


def process_of(process_id: str, processes: Mapping[str, Process] = PROCESSES) -> Process:
    """Return one of some processes; raises :class:`NoSuchProcess` for an unknown id."""
    if process_id not in processes:
        raise NoSuchProcess(f"no process {process_id!r:.60}; there are {', '.join(processes)}")
    return processes[process_id]
