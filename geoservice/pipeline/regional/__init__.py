"""A study of many counties, run county by county on Dask, and joined to one release.

Phases: the inputs are divided by county; each county's streets are built and its travel times searched; analyses of areas run
county by county, those that cross counties on the joined results; layers are drawn one by one; one release is written. Results
of all tasks are files of a store, so a run that was stopped goes on where it was.
"""

from geoservice.pipeline.regional.cluster import DaskWorkers
from geoservice.pipeline.regional.publish import publish_region

__all__ = ["DaskWorkers", "publish_region"]
