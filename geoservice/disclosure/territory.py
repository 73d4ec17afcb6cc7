"""The areas that a surface is about: those at the top of its tree of places."""

import numpy as np

from geoservice.disclosure.tree import REST, SQUARE, PlaceTree
from geoservice.schema import LEVELS

ABOVE_COUNTIES = LEVELS[: LEVELS.index("county")]


def territory(tree: PlaceTree) -> list[str]:
    """Return the sorted codes of the smallest areas that have all places of the tree.

    They are the areas at its top; for a province or city whose places are all in one area below it, as if only one of its
    counties is loaded and it has no outline of its own, that area.
    """
    child, children = np.full(tree.nodes, -1), np.zeros(tree.nodes, int)
    below = np.flatnonzero(tree.parent >= 0)
    child[tree.parent[below]] = below
    np.add.at(children, tree.parent[below], 1)

    def smallest(node: int) -> int:
        only = int(child[node])
        is_area = children[node] == 1 and tree.level[only] != SQUARE and not tree.names[only].endswith(REST)
        return smallest(only) if is_area and tree.level[node] in ABOVE_COUNTIES else node

    return sorted(tree.names[smallest(int(top))] for top in np.flatnonzero(tree.parent < 0))
