"""Demo districts: Helsinki on real streets; Yixiu and Anqing, a made-up county and prefecture with real names.

Each ``write_*`` writes a folder that a user could have prepared by hand: ``study.toml`` and the files to import.
"""

from geoservice.demo.anqing import write_anqing
from geoservice.demo.helsinki import write_helsinki
from geoservice.demo.plan import Step, import_plan
from geoservice.demo.yixiu import write_yixiu

__all__ = ["Step", "import_plan", "write_anqing", "write_helsinki", "write_yixiu"]
