"""Mobile vans on a project: bases, candidates on streets for vans, the choice of stops, tours and their lines."""

from geoservice.analysis.van_tours.rows import stop_table, tour_table, visit_table
from geoservice.analysis.van_tours.timetable import VISITED, VanPlan
from geoservice.pipeline.vans.run import plan_van_tours

__all__ = ["VISITED", "VanPlan", "plan_van_tours", "stop_table", "tour_table", "visit_table"]
