"""Projection of the population of small areas by age, with prediction bands, and what it means for services.

Two pyramids -> :func:`fit_ratios` -> :func:`scenario_ratios` -> :func:`project`, raked to controls -> :func:`at_years` ->
:func:`prediction_band` -> :func:`station_load` -> :func:`overload`. With three dates or more, :func:`backcast_errors` measures
the errors. Pyramids have the axes ``(..., areas, sexes, ages)``, women first; without sex there is one.
"""

from geoservice.age_labels import AgeLabel, age_label
from geoservice.analysis.projections.backcast import BackcastErrors, age_quantities, backcast_errors, mean_errors
from geoservice.analysis.projections.band_basis import STATEMENTS, Basis
from geoservice.analysis.projections.cohort_ratios import Mothers, cohort_change_ratios, survival_ratios
from geoservice.analysis.projections.error_model import LEVELS, ErrorModel, backcast_model, literature_model
from geoservice.analysis.projections.hamilton_perry import at_years, next_step, project
from geoservice.analysis.projections.input_noise import margin_replays, noise_variance, projection_replays
from geoservice.analysis.projections.migration import (
    SCENARIO_TITLES,
    SCENARIOS,
    Scenario,
    net_migrants,
    scenario_ratios,
)
from geoservice.analysis.projections.prediction_bands import Band, prediction_band
from geoservice.analysis.projections.pyramid import AgeGroups, check_pyramids
from geoservice.analysis.projections.pyramid_columns import SEXES, PyramidColumns, pyramid_columns
from geoservice.analysis.projections.raking import Raked, rake
from geoservice.analysis.projections.ratios import SWANSON_LIMITS, Limits, Ratios, fit_ratios
from geoservice.analysis.projections.service_demand import area_demand, catchment_shares, station_load, use_rates
from geoservice.analysis.projections.shrinkage import Shrinkage, shrunken_ratio
from geoservice.analysis.projections.station_capacity import Overload, first_overload, overload

__all__ = [
    "LEVELS",
    "SCENARIOS",
    "SCENARIO_TITLES",
    "SEXES",
    "STATEMENTS",
    "SWANSON_LIMITS",
    "AgeGroups",
    "AgeLabel",
    "BackcastErrors",
    "Band",
    "Basis",
    "ErrorModel",
    "Limits",
    "Mothers",
    "Overload",
    "PyramidColumns",
    "Raked",
    "Ratios",
    "Scenario",
    "Shrinkage",
    "age_label",
    "age_quantities",
    "area_demand",
    "at_years",
    "backcast_errors",
    "backcast_model",
    "catchment_shares",
    "check_pyramids",
    "cohort_change_ratios",
    "first_overload",
    "fit_ratios",
    "literature_model",
    "margin_replays",
    "mean_errors",
    "net_migrants",
    "next_step",
    "noise_variance",
    "overload",
    "prediction_band",
    "project",
    "projection_replays",
    "pyramid_columns",
    "rake",
    "scenario_ratios",
    "shrunken_ratio",
    "station_load",
    "survival_ratios",
    "use_rates",
]
