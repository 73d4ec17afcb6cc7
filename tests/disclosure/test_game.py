"""The distinguishing attack: the stated loss is an upper bound, and each deliberate fault is detected."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from tiny_county import areas, tree, world

from geoservice.demand import Places
from geoservice.disclosure import audit, measure
from geoservice.disclosure.audit import NeighbourPair, Scores, loss_bound, mean_gap, score_of_locations, score_releases
from geoservice.disclosure.budget import NodeParts, check_paths, divide_rho, node_parts
from geoservice.disclosure.measure import Cut, Query, queries_for, threshold
from geoservice.disclosure.quantities import query_weights
from geoservice.disclosure.sampler import Sampler, SeededSampler
from geoservice.disclosure.tree import PlaceTree, build_tree
from geoservice.errors import DisclosureError
from geoservice.geo import Floats, Ints

RHO = Fraction(1)
MU = float(np.sqrt(2))
RELEASES = 10_000
Patch = pytest.MonkeyPatch


class WeakSampler(SeededSampler):
    """Noise with its variance divided by ``factor``."""

    def __init__(self, seed: int, factor: Fraction) -> None:
        super().__init__(seed)
        self._factor = factor

    def measure(self, counts: Ints, sensitivity: int, rho: Fraction) -> Ints:
        return super().measure(counts, sensitivity, rho * self._factor)


def sides(absent: NeighbourPair, present: NeighbourPair | None = None, factor: Fraction = Fraction(1)) -> tuple[Scores, Scores]:
    without = score_releases(absent, RHO, WeakSampler(1, factor), RELEASES, present=False)
    return without, score_releases(present or absent, RHO, WeakSampler(2, factor), RELEASES, present=True)


def bounds(scores: tuple[Scores, Scores]) -> dict[str, float]:
    return {name: loss_bound(scores[0][name], scores[1][name]) for name in scores[0]}


def test_no_attack_shows_more_than_is_claimed() -> None:
    scores = sides(world())
    assert max(bounds(scores).values()) <= MU
    gap, error = mean_gap(scores[0]["likelihood"], scores[1]["likelihood"])
    assert gap <= MU + 3 * error


def test_the_game_is_sharp_it_shows_most_of_the_loss_that_is_claimed() -> None:
    assert bounds(sides(world()))["likelihood"] > 0.8 * MU


@pytest.mark.parametrize("factor", [Fraction(9, 4), Fraction(2)], ids=["sigma too small by half", "half the variance"])
def test_too_little_noise_is_caught(factor: Fraction) -> None:
    assert bounds(sides(world(), factor=factor))["likelihood"] > MU


def test_a_household_without_a_cap_is_caught(monkeypatch: Patch) -> None:
    real = measure.encode
    monkeypatch.setattr(measure, "encode", lambda q, h: 2 * h.persons - 9 if q.name.startswith("persons") else real(q, h))
    assert bounds(sides(world(persons=40)))["likelihood"] > 2 * MU


def test_an_exact_total_is_caught(monkeypatch: Patch) -> None:
    real = audit.measure

    def exact_top(
        parts: NodeParts, rho: Fraction, cut: Cut, query: Query, weight: Fraction, counts: Ints, sampler: Sampler
    ) -> Ints:
        noisy = real(parts, rho, cut, query, weight, counts, sampler)
        noisy[:RELEASES] = counts[:RELEASES]
        return noisy

    monkeypatch.setattr(audit, "measure", exact_top)
    assert bounds(sides(world()))["total"] > 2 * MU


def test_exact_counts_of_locations_are_caught(monkeypatch: Patch) -> None:
    monkeypatch.setattr(audit, "noisy_locations", lambda counts, _rho, _sampler: counts)
    assert bounds(sides(world()))["located"] > 2 * MU


def locations(factor: Fraction = Fraction(1)) -> tuple[Floats, Floats]:
    """Scores of the counts of locations alone, with all of rho, so that nothing else hides a fault."""
    without, present = (
        score_of_locations(world(), RHO, WeakSampler(seed, factor), RELEASES, present=p)[0]
        for seed, p in ((1, False), (2, True))
    )
    return without, present


def test_locations_show_no_more_than_is_claimed_and_most_of_it() -> None:
    assert 0.8 * MU < loss_bound(*locations()) <= MU
    gap, error = mean_gap(*locations())
    assert abs(gap - MU) <= 3 * error


def test_too_little_noise_of_locations_is_caught() -> None:
    assert loss_bound(*locations(Fraction(2))) > MU


def test_a_household_in_two_counts_of_locations_is_caught(monkeypatch: Patch) -> None:
    """It counts with its class and again with the first of the other classes."""
    real = audit.exact_locations
    monkeypatch.setattr(
        audit, "exact_locations", lambda areas, people: real(areas, people) + np.roll(real(areas, people), 1, 1)
    )
    gap, error = mean_gap(*locations())
    assert gap - 3 * error > MU


def patch_cut(monkeypatch: Patch, change: Callable[[Cut, Ints, Ints], Cut]) -> None:
    real = audit.decide

    def decide(many: PlaceTree, parts: NodeParts, rho: Fraction, limit: Ints, households: Ints, sampler: SeededSampler) -> Cut:
        return change(real(many, parts, rho, limit, households, sampler), limit, households)

    monkeypatch.setattr(audit, "decide", decide)


def test_a_list_of_occupied_places_is_caught(monkeypatch: Patch) -> None:
    patch_cut(monkeypatch, lambda cut, _limit, n: Cut(cut.inner & (n > 0), cut.leaf & (n > 0)))
    assert bounds(sides(world(neighbours=80)))["path"] > 2 * MU


def test_stopping_by_the_true_count_is_caught(monkeypatch: Patch) -> None:
    made = tree()
    village = made.names.index("C11")
    weight = query_weights(queries_for(["under_6"], migrants=True))["households"]
    limit = threshold(made, node_parts(made), divide_rho(RHO, migrants=False).places, weight)[village]

    class Exact(SeededSampler):
        def measure(self, counts: Ints, sensitivity: int, rho: Fraction) -> Ints:
            return counts.copy()

    real = audit.decide
    monkeypatch.setattr(audit, "decide", lambda *arguments: real(*arguments[:-1], Exact(1)))
    assert bounds(sides(world(neighbours=int(limit))))["places"] > 2 * MU


def doubled(parts: NodeParts) -> NodeParts:
    """The remainder of a path is spent twice at its leaf."""
    return NodeParts(parts.kind, [k._replace(remainder=2 * k.remainder) for k in parts.kinds])


def test_spending_the_leftover_twice_is_caught_by_the_books() -> None:
    made = tree()
    parts = node_parts(made)
    inner = made.finer < 0
    leaf = (made.bottom >= 0) & (np.array(made.level) == "village")
    check_paths(made, parts, inner, leaf)
    with pytest.raises(DisclosureError, match="C11 spends"):
        check_paths(made, doubled(parts), inner, leaf)


def test_spending_the_leftover_twice_is_caught_by_the_mean_gap(monkeypatch: Patch) -> None:
    real = audit.node_parts
    monkeypatch.setattr(audit, "node_parts", lambda made: doubled(real(made)))
    without, present = sides(world(neighbours=5))
    gap, error = mean_gap(without["likelihood"], present["likelihood"])
    assert gap - 3 * error > MU


def test_a_tree_made_from_the_register_is_caught() -> None:
    """Only inhabited squares are in the tree, so that the target's own square reveals it."""
    public = world(neighbours=80)

    def grown(present: bool) -> PlaceTree:
        lived_in = public.households(present=present).square
        lon, lat = public.tree.projection.inverse(public.tree.base_x[lived_in], public.tree.base_y[lived_in])
        repeated = 50  # so that no village counts as one whose map is thin
        return build_tree(
            areas(), Places(*(np.tile(v, repeated) for v in (lon, lat, np.ones(len(lon)), np.zeros(len(lon), bool))))
        )

    absent, present = (len(grown(p).base_node) for p in (False, True))
    assert present == absent + 1, "whoever sees the squares of the tree knows"
    assert len(tree().base_node) == len(public.tree.base_node), "the public tree does not depend on the register"
