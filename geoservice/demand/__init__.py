"""The demand surface, the only source of people for analyses, and sums over it with their margins."""

from geoservice.demand.changed_sums import ChangedSums
from geoservice.demand.combine import combine
from geoservice.demand.delta import DeltaMethod
from geoservice.demand.merge import independent_replays, merge_surfaces
from geoservice.demand.merge_checks import area_codes
from geoservice.demand.places import HomeSupports, Places, home_weights, inhabited_points, representative_points
from geoservice.demand.population import population_surface, unit_quantities
from geoservice.demand.restrict import restrict
from geoservice.demand.share_changes import ShareChanges
from geoservice.demand.storage import digest, read_surface, write_surface
from geoservice.demand.sums import Shares, Sums, region_sums, threshold_sums
from geoservice.demand.surface import REPLAYS, Z90, DemandSurface, Flows, LocationCounts, Quantity, noise_margins

__all__ = [
    "REPLAYS",
    "Z90",
    "ChangedSums",
    "DeltaMethod",
    "DemandSurface",
    "Flows",
    "HomeSupports",
    "LocationCounts",
    "Places",
    "Quantity",
    "ShareChanges",
    "Shares",
    "Sums",
    "area_codes",
    "combine",
    "digest",
    "home_weights",
    "independent_replays",
    "inhabited_points",
    "merge_surfaces",
    "noise_margins",
    "population_surface",
    "read_surface",
    "region_sums",
    "representative_points",
    "restrict",
    "threshold_sums",
    "unit_quantities",
    "write_surface",
]
