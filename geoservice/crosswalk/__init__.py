"""Crosswalks: which areas of one code system are which areas of another.

Two official tables give one code to different places, so areas are matched by name within their parent and by their borders,
never by a bare code.
"""

from geoservice.crosswalk.crosswalk import UNKNOWN, Crosswalk, LevelSummary
from geoservice.crosswalk.make import make_crosswalk
from geoservice.crosswalk.texts import METHOD_LABELS, REASON_LABELS

__all__ = ["METHOD_LABELS", "REASON_LABELS", "UNKNOWN", "Crosswalk", "LevelSummary", "make_crosswalk"]
