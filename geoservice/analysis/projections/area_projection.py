"""Projection of the areas of one level: every scenario, raked to the areas above, with a prediction band for each quantity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from geoservice.analysis.projections.backcast import backcast_errors
from geoservice.analysis.projections.error_model import ErrorModel, backcast_model, literature_model
from geoservice.analysis.projections.hamilton_perry import at_years, project
from geoservice.analysis.projections.history import PyramidHistory
from geoservice.analysis.projections.input_noise import margin_replays, projection_replays
from geoservice.analysis.projections.migration import SCENARIOS, Scenario, scenario_ratios
from geoservice.analysis.projections.prediction_bands import Band, prediction_band
from geoservice.analysis.projections.ratios import Ratios, fit_ratios
from geoservice.analysis.projections.survival import gompertz_survival
from geoservice.demand import Z90
from geoservice.geo import Floats, Ints

REPLAYS = 200


class Block(NamedTuple):
    """Areas that are projected together: their positions, and by scenario what they add up to, ``(steps, sexes, ages)``."""

    areas: Ints
    controls: Mapping[Scenario, Floats] | None


@dataclass(frozen=True)
class AreaProjection:
    """A projection of the areas of a history.

    ``states[scenario]`` has the steps, shape ``(steps + 1, areas, sexes, ages)``; ``years`` are 0, 1, ... after the launch.
    ``replays`` are single years of the ``scenario`` with noisy pyramids, a last axis of replays; None if no margins are known.
    ``weights`` are those of the quantities of the error ``model``, ``(quantities, sexes, ages)``.
    """

    history: PyramidHistory
    years: Ints
    states: Mapping[Scenario, Floats]
    scenario: Scenario
    replays: Floats | None
    model: ErrorModel
    weights: Floats

    @property
    def size(self) -> Floats:
        """Return the persons of each area at launch."""
        return np.asarray(self.history.persons[-1].sum(axis=(-2, -1)), np.float64)

    def quantity(self, index: int, scenario: Scenario) -> Floats:
        """Return a quantity of the areas in each year, shape ``(areas, years)``."""
        people = at_years(self.states[scenario], self.history.step, self.years.astype(float))
        return np.asarray(np.einsum("nasg,sg->an", people, self.weights[index]), np.float64)

    def band(self, index: int, scenario: Scenario) -> Band:
        """Return a quantity with its 90 % band; that of another scenario than the study's has the same relative width."""
        own, weights = self.quantity(index, self.scenario), self.weights[index]
        replays = None if self.replays is None else np.einsum("nasgr,sg->anr", self.replays, weights)
        years = self.years.astype(float)
        unit = (weights**2).sum() / max(weights.sum(), 1e-12)
        count = own / max(unit, 1e-12)
        band = prediction_band(self.model, own, self.size, years, quantity=index, replays=replays, count=count)
        if scenario == self.scenario:
            return band
        central = self.quantity(index, scenario)
        factor = np.divide(band.high, own, out=np.ones_like(own), where=own > 0)
        return Band(central / factor, central, central * factor)


def project_areas(
    history: PyramidHistory,
    years: int,
    weights: Floats,
    life_expectancy: Sequence[float],
    blocks: Sequence[Block],
    scenario: Scenario = "as_observed",
    seed: int = 1,
) -> AreaProjection:
    """Return the projection of areas.

    Parameters
    ----------
    history : PyramidHistory
    years : int
        Last year after the launch.
    weights : float64 array, shape (quantities, sexes, ages)
        Quantities that get a band, see :func:`backcast_errors`.
    life_expectancy : sequence of float, years
        Of each sex; survival without migration follows from it.
    blocks : sequence of Block
        Each area once.
    scenario : str
        The scenario whose input noise is replayed.
    seed : int

    Returns
    -------
    AreaProjection
    """
    shift = history.ages.shift(history.step)
    survival = np.stack([gompertz_survival(history.ages, shift, e) for e in life_expectancy])
    steps = -(-years // history.step)
    earlier, later = history.persons[-2], history.persons[-1]
    variances = ((history.margin[-2] / Z90) ** 2, (history.margin[-1] / Z90) ** 2)
    fit = partial(fit_ratios, ages=history.ages, years=history.step, mothers=history.mothers)

    def states(first: Floats, second: Floats, kind: Scenario) -> Floats:
        ratios = fit(first, second, variances=variances if history.margin.any() else None)
        if kind != "as_observed":
            ratios = scenario_ratios(ratios, survival, kind)
        found = np.empty((*second.shape[:-3], steps + 1, *second.shape[-3:]))
        for areas, controls in blocks:
            part = Ratios(ratios.values[..., areas, :, :], ratios.ages, ratios.shift, ratios.mothers)
            found[..., areas, :, :] = project(
                second[..., areas, :, :], part, steps, None if controls is None else controls[kind]
            )
        return found

    replays = None
    times = np.arange(years + 1)
    if history.margin[-2:].any():
        generator = np.random.default_rng(seed)
        noise = (margin_replays(history.margin[-2], generator, REPLAYS), margin_replays(history.margin[-1], generator, REPLAYS))
        replays = projection_replays(
            earlier, later, noise, lambda a, b: at_years(states(a, b, scenario), history.step, times.astype(float))
        )
    if len(history.persons) > 2:
        model = backcast_model(backcast_errors(history.persons, history.step, fit, weights))
    else:
        model = literature_model()
    found = {kind: states(earlier, later, kind) for kind in SCENARIOS}
    return AreaProjection(history, times, found, scenario, replays, model, weights)


def blocks_of(history: PyramidHistory, years: int, families: Sequence[tuple[Ints, AreaProjection, int]]) -> list[Block]:
    """Return the blocks of areas: the children of each area above, areas with an official projection, and the others.

    Parameters
    ----------
    history : PyramidHistory
    years : int
    families : sequence of (children, projection, position)
        Positions of all children of an area above, its projection, and its position in that.

    Examples
    --------
    Without any control, all areas are projected together:

    >>> from geoservice.analysis.projections.pyramid import AgeGroups
    >>> people = np.ones((2, 3, 1, 4))
    >>> history = PyramidHistory(("a", "b", "c"), np.datetime64("2020-01-01"), 5, AgeGroups(5, 15), people, people * 0, {})
    >>> blocks_of(history, 10, [])[0].areas.tolist()
    [0, 1, 2]
    """
    blocks, rest = [], set(range(len(history.areas)))
    for children, above, position in families:
        if above.history.ages == history.ages and above.history.persons.shape[-2:] == history.persons.shape[-2:]:
            controls = {kind: states[1:, position] for kind, states in above.states.items()}
            blocks.append(Block(children, controls))
            rest -= set(children.tolist())
    horizons = [history.step * (k + 1) for k in range(-(-years // history.step))]
    if all(h in history.later for h in horizons):
        official = np.stack([history.later[h] for h in horizons])
        for area in sorted(rest):
            if np.isfinite(official[:, area]).all():
                blocks.append(Block(np.array([area]), dict.fromkeys(SCENARIOS, official[:, area])))
                rest.discard(area)
    if rest:
        blocks.append(Block(np.array(sorted(rest)), None))
    return blocks
