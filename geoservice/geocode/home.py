"""The area of a deployment: where a search for places looks first."""

from geoservice.geocode.area_tree import AreaTree
from geoservice.geocode.sources.areas import SOURCE


def home_area(tree: AreaTree) -> int:
    """Return the smallest area that contains all areas of the project's finest level, -1 if there is none.

    That is the county for a project of a county's townships, and the city for one of several counties.
    """
    own = [area for area, source in enumerate(tree.source) if source == SOURCE]
    finest = max((tree.rows[area].level for area in own), default=0)
    paths = [[area, *tree.above(area)][::-1] for area in own if tree.rows[area].level == finest]
    common = -1
    for areas in zip(*paths, strict=False):  # from the province down
        if len(set(areas)) > 1:
            break
        common = areas[0]
    return common
