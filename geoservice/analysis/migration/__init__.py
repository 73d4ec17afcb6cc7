"""Migration: indices of origin-destination matrices with margins, gravity and radiation models."""

from geoservice.analysis.migration.connectivity import connectivity, independent_flows, inequality
from geoservice.analysis.migration.distance import mean_distance, median_distance
from geoservice.analysis.migration.entropy import entropy, origin_entropy
from geoservice.analysis.migration.fit_measures import common_part, srmse
from geoservice.analysis.migration.gini import (
    gini_columns,
    gini_exchange,
    gini_in,
    gini_out,
    gini_rows,
    gini_standardised,
    gini_total,
)
from geoservice.analysis.migration.gravity import fit_gravity
from geoservice.analysis.migration.gravity_fit import GravityFit
from geoservice.analysis.migration.indices import (
    aggregate_net_rate,
    crude_intensity,
    effectiveness,
    preference,
    system_effectiveness,
    velocity,
)
from geoservice.analysis.migration.margin import index_margin
from geoservice.analysis.migration.noisy_flows import NoisyExcess, noisy_excess, nonnegative_flows, propagated_noise
from geoservice.analysis.migration.radiation import radiation_flows
from geoservice.analysis.migration.residuals import ExcessFlows, excess_flows, residuals
from geoservice.analysis.migration.totals import (
    LifetimeMigration,
    all_migrants,
    gross_migrants,
    in_migrants,
    lifetime_migration,
    net_migrants,
    out_migrants,
    rate,
)
from geoservice.analysis.migration.variation import aggregate_variation, variation, variation_in, variation_out
from geoservice.analysis.migration.weighted_gini import WeightedGini, gini_weighted

__all__ = [
    "ExcessFlows",
    "GravityFit",
    "LifetimeMigration",
    "NoisyExcess",
    "WeightedGini",
    "aggregate_net_rate",
    "aggregate_variation",
    "all_migrants",
    "common_part",
    "connectivity",
    "crude_intensity",
    "effectiveness",
    "entropy",
    "excess_flows",
    "fit_gravity",
    "gini_columns",
    "gini_exchange",
    "gini_in",
    "gini_out",
    "gini_rows",
    "gini_standardised",
    "gini_total",
    "gini_weighted",
    "gross_migrants",
    "in_migrants",
    "independent_flows",
    "index_margin",
    "inequality",
    "lifetime_migration",
    "mean_distance",
    "median_distance",
    "net_migrants",
    "noisy_excess",
    "nonnegative_flows",
    "origin_entropy",
    "out_migrants",
    "preference",
    "propagated_noise",
    "radiation_flows",
    "rate",
    "residuals",
    "srmse",
    "system_effectiveness",
    "variation",
    "variation_in",
    "variation_out",
    "velocity",
]
