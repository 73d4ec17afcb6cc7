"""The spatial and space-time scan statistic (Kulldorff 1997, 2001): clusters of high or low rates, with p-values."""

from geoservice.analysis.scan.clusters import Cluster, SpaceTimeCluster
from geoservice.analysis.scan.expected import expected_counts, indirect_expected
from geoservice.analysis.scan.gini import WindowChoice, choose_window
from geoservice.analysis.scan.population import mid_year, period_population
from geoservice.analysis.scan.space_time import scan_space_time
from geoservice.analysis.scan.spatial import scan

__all__ = [
    "Cluster",
    "SpaceTimeCluster",
    "WindowChoice",
    "choose_window",
    "expected_counts",
    "indirect_expected",
    "mid_year",
    "period_population",
    "scan",
    "scan_space_time",
]
