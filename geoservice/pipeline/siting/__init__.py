"""Siting on a project: candidates, travel times to the demand surface, the choice of sites, and its reasons."""

from geoservice.pipeline.siting.request import MODELS, SOURCES, SitingRequest
from geoservice.pipeline.siting.result import RankedSite, SitingResult
from geoservice.pipeline.siting.run import choose_from, choose_sites

__all__ = ["MODELS", "SOURCES", "RankedSite", "SitingRequest", "SitingResult", "choose_from", "choose_sites"]
