"""Coverage after the edits of two scenarios, and their difference, in which the errors that both share cancel."""

from dataclasses import dataclass
from typing import Any

from geoservice.geo import Ints
from geoservice.live.coverage import Coverage
from geoservice.live.coverage_rows import Crossings
from geoservice.live.engine import Engine
from geoservice.live.estimates import numbers
from geoservice.live.question import CoverageQuestion
from geoservice.live.scenario import PointTimes, Scenario, times_between


@dataclass(frozen=True)
class Compared:
    """A scenario that is being answered, and the ``other`` one that it is compared with, whose edits are undone already.

    ``times`` are those of every point that either changes: before are those of the other scenario.
    """

    scenario: Scenario
    other: Scenario
    times: PointTimes

    @classmethod
    def of(cls, scenario: Scenario, other: Scenario) -> "Compared":
        """Return the comparison of a scenario with another one of the same trip."""
        return cls(scenario, other, times_between(scenario, other))

    @property
    def changed(self) -> PointTimes:
        """The points that either scenario changes."""
        return self.times

    def columns(self, engine: Engine, areas: Ints, after: Coverage, compared: Coverage) -> dict[str, Any]:
        """Return the columns of the other scenario and of the difference; shapes ``(areas, breaks)``."""
        minutes, quantity = engine.parameters.minutes, self.scenario.quantity
        region, rank = engine.areas.entries(self.times.point, areas)
        crossings = Crossings.of(engine.surface, region, len(areas), self.times, rank, minutes)
        difference = crossings.change(engine.totals, areas, quantity, after.share, compared.share)
        return {
            "persons_compared": engine.counts(compared.persons),
            "share_compared": numbers(compared.share),
            "share_difference": numbers(difference),
        }


def other_scenario(engine: Engine, question: CoverageQuestion) -> Scenario | None:
    """Return the scenario that a question compares with, None if it does not; times of further points are no longer known."""
    if question.compared_with is None:
        return None
    with engine.scenario(question.model_copy(update={"edits": question.compared_with})) as other:
        return other
