"""The steward's data quality report: what is missing, wrong, repeated or implausible in the register, counted by area.

It reads the register and has exact counts, so it stays beside the register: never in a project or a release, and out of
reach of the server. It counts, and neither lists nor ranks people or households.
"""

from geoservice.disclosure.data_quality.base import Bilingual, Language, QualityFinding, QualityItem
from geoservice.disclosure.data_quality.quality_data import Surroundings
from geoservice.disclosure.data_quality.quality_report import QualityReport, data_quality

__all__ = ["Bilingual", "Language", "QualityFinding", "QualityItem", "QualityReport", "Surroundings", "data_quality"]
