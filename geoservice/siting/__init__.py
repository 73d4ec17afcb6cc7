"""Siting: candidates, travel times to the demand surface, the choice of sites, and its reasons.

It computes on the arrays of a study, which a project and each of its releases have alike.
"""

from geoservice.siting.arrays import SitingParameters, StudyArrays
from geoservice.siting.request import MODELS, SOURCES, SitingRequest
from geoservice.siting.result import RankedSite, SitingResult
from geoservice.siting.run import choose_sites

__all__ = [
    "MODELS",
    "SOURCES",
    "RankedSite",
    "SitingParameters",
    "SitingRequest",
    "SitingResult",
    "StudyArrays",
    "choose_sites",
]
