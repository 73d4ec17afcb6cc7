"""Live questions from Python: their inputs from frames, and their answers as frames with margins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoservice.errors import ParameterError

if TYPE_CHECKING:
    import geopandas
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from geoservice.live.engine import Engine
    from geoservice.release.protocols import FeatureReader

    Edits = Sequence[Mapping[str, Any]] | pd.DataFrame

Json = dict[str, Any]
NAMES = ("geography", "unit", "name_zh", "name_en")


@dataclass(frozen=True)
class ScenarioAnswer:
    """What some edits of stations change.

    ``areas`` has a row for each area and number of minutes, ``stations`` one for each station that was edited or whose people
    change; ``x_margin`` is the half-width of the 90 % interval of ``x``. ``off_street`` are the ids of edited stations that are
    too far from a street. Changes and differences are in percentage points and have margins of their own. ``inputs`` is
    what was asked, and ``questions`` asks further ones.
    """

    areas: "pd.DataFrame"
    stations: "pd.DataFrame"
    off_street: Sequence[str]
    inputs: Json
    questions: "LiveQuestions"

    def compare(self, other: "ScenarioAnswer | None" = None) -> "pd.DataFrame":
        """Return how coverage differs from that of another scenario, by default from the release itself.

        Parameters
        ----------
        other
            The answer of the same release for the same service, mode, tier and group.

        Returns
        -------
        pandas.DataFrame
            A row for each number of minutes and each area that either scenario changes: ``share``, ``share_compared`` and
            ``share_difference``, the first less the second. Both scenarios have the same people with the same errors, so the
            margin of the difference is smaller than those of the shares suggest.

        Raises
        ------
        ParameterError
            The answers are not to the same question, or not of the same release.
        """
        if other is not None:
            if other.questions is not self.questions:
                raise ParameterError("compare: both answers must be of one release, opened once")
            for name in ("service", "mode", "tier", "group"):
                mine, its = self.inputs[name], other.inputs[name]
                if mine != its:
                    raise ParameterError(f"compare: {name} is {mine!r} here and {its!r} there; both must be the same")
        edits = [] if other is None else other.inputs["edits"]
        return self.questions.scenario({**self.inputs, "areas": "changed", "compared_with": edits}).areas


@dataclass(frozen=True)
class ZoneAnswer:
    """The people of a zone: ``totals`` by name, ``breaks`` by minutes, stations in it, and those nearest to its people."""

    totals: "pd.Series[float]"
    breaks: "pd.DataFrame"
    stations: "pd.DataFrame"
    served_by: "pd.DataFrame"


class LiveQuestions:
    """Asks the release of a folder or store, whose engine is made at first, or that of a service."""

    def __init__(self, reader: "FeatureReader") -> None:
        self._reader = reader
        self._engine: Engine | None = None

    def ask(self, process: str, inputs: Json) -> Json:
        """Return the answer to a question.

        Raises
        ------
        ParameterError
            An input is not allowed; the error names it.
        NotFound
            The release has no arrays for live questions.
        """
        from geoservice.api.service import ServiceReader

        if isinstance(self._reader, ServiceReader):
            return self._reader.execute(process, inputs)
        from geoservice.live.answers import ANSWERS
        from geoservice.live.inputs import parsed

        return ANSWERS[process](self._opened(), parsed(process, inputs), None)

    def scenario(self, inputs: Json) -> ScenarioAnswer:
        """Return the answer to a scenario as frames; raises as :meth:`ask` does."""
        return scenario_answer(self.ask("station-scenario", inputs), inputs, self)

    def _opened(self) -> "Engine":
        from geoservice.live.answers import open_engine

        if self._engine is None:
            reader: Any = self._reader
            self._engine = open_engine(reader.live(), reader.manifest.study, reader.manifest.parameters)
        return self._engine


def edit_rows(edits: "Edits") -> list[Json]:
    """Return edits as inputs: of a frame each row, with the position of its geometry; missing values are left out."""
    if not hasattr(edits, "columns"):
        return [dict(edit) for edit in edits]
    import pandas as pd

    frame: Any = edits
    if hasattr(frame, "geometry") and hasattr(frame, "to_crs"):
        points = frame.geometry.to_crs("EPSG:4326") if frame.crs is not None else frame.geometry
        frame = pd.DataFrame(frame.drop(columns=frame.geometry.name)).assign(lon=points.x, lat=points.y)
    rows = [{name: value for name, value in row.items() if _is_given(value)} for row in frame.to_dict("records")]
    return [_plain(row) for row in rows]


def _is_given(value: Any) -> bool:
    import pandas as pd

    return isinstance(value, (list, tuple)) or bool(pd.notna(value))


def _plain(row: Json) -> Json:
    """Return a row with numbers of Python; a text of services is split at spaces."""
    plain = {name: value.item() if hasattr(value, "item") else value for name, value in row.items()}
    if isinstance(plain.get("services"), str):
        plain["services"] = plain["services"].split()
    if isinstance(plain.get("station"), int):
        plain["station"] = str(plain["station"])
    return plain


def zone_input(zone: "BaseGeometry | Mapping[str, Any]") -> Json:
    """Return a zone as an input: a polygon of shapely in degrees, or GeoJSON as it is."""
    found: Json = dict(zone if isinstance(zone, Mapping) else zone.__geo_interface__)
    if found.get("type") not in {"Polygon", "MultiPolygon", "Circle"}:
        raise ParameterError(f"zone: got {found.get('type')!r:.40}, allowed are Polygon, MultiPolygon and Circle")
    return found


def scenario_answer(answer: Json, inputs: Json, questions: LiveQuestions) -> ScenarioAnswer:
    """Return the answer to inputs as frames; ``questions`` asks further ones."""
    import pandas as pd

    areas = [
        {**{n: area[n] for n in NAMES}, "minutes": at["minutes"], **_numbers({**area, **at})}
        for area in answer["areas"]
        for at in area["breaks"]
    ]
    stations = [{**{n: s[n] for n in ("id", "name", "capacity")}, **_numbers(s)} for s in answer["stations"]]
    return ScenarioAnswer(pd.DataFrame(areas), pd.DataFrame(stations), answer["off_street"], inputs, questions)


def zone_answer(answer: Json) -> ZoneAnswer:
    """Return an answer as frames."""
    import pandas as pd

    breaks = [{"minutes": at["minutes"], **_numbers(at)} for at in answer["breaks"]]
    served = [{**{n: s[n] for n in ("id", "name", "tier", "capacity")}, **_numbers(s)} for s in answer["served_by"]]
    return ZoneAnswer(
        pd.Series(_numbers(answer), dtype=float),
        pd.DataFrame(breaks).set_index("minutes"),
        pd.DataFrame(answer["stations"]),
        pd.DataFrame(served),
    )


def isochrone_frame(answer: Json) -> "geopandas.GeoDataFrame":
    """Return an answer as a frame with a row for each number of minutes."""
    import geopandas

    rows = [{"minutes": f["properties"]["minutes"], **_numbers(f["properties"])} for f in answer["features"]]
    frame = geopandas.GeoDataFrame.from_features(answer["features"], crs="EPSG:4326")[["geometry"]]
    return frame.assign(**{name: [row[name] for row in rows] for name in rows[0]}).set_index("minutes")


def analysis_frame(answer: Json) -> "geopandas.GeoDataFrame":
    """Return the answer of an analysis as a frame with a row for each feature; ``attrs["notes"]`` are its remarks."""
    import geopandas

    frame = geopandas.GeoDataFrame.from_features(answer["features"], crs="EPSG:4326")
    frame.attrs["notes"] = answer["notes"]
    return frame


def _numbers(row: Json) -> Json:
    """Return each number and its margin, None if unknown or hidden."""
    found: Json = {}
    for name, value in row.items():
        if isinstance(value, dict) and "value" in value:
            found |= {name: value["value"], f"{name}_margin": value["margin"]}
    return found
