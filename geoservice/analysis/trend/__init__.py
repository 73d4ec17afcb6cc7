"""Trends of series: the Mann-Kendall test, Sen's slope, and emerging hot spots."""

from geoservice.analysis.trend.emerging import emerging_classes
from geoservice.analysis.trend.labels import CLASSES, EmergingClass
from geoservice.analysis.trend.mann_kendall import MannKendall, mann_kendall, sen_slope

__all__ = ["CLASSES", "EmergingClass", "MannKendall", "emerging_classes", "mann_kendall", "sen_slope"]
