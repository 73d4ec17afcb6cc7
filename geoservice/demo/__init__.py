"""Demo districts: Helsinki on real streets with made-up households, and Yixiu, a made-up county with real names.

Each ``write_*`` makes a folder that a user could have made by hand: ``study.toml`` and the files to import.
"""

from geoservice.demo.helsinki import write_helsinki
from geoservice.demo.plan import Step, import_plan
from geoservice.demo.yixiu import write_yixiu

__all__ = ["Step", "import_plan", "write_helsinki", "write_yixiu"]
