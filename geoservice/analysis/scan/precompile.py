"""Compile the loops of the scan before their first use: ``python -m geoservice.analysis.scan.precompile``, after installing.

Compiled code is cached beside the sources; without this the first scan on a machine waits for the compiler.
"""

import numpy as np

from geoservice.analysis.scan.spatial import scan


def precompile() -> None:
    """Run a scan of a few places, which compiles the loops that are not compiled yet."""
    x = np.arange(8.0)
    scan(x, x, np.array([4.0, 1, 1, 1, 1, 1, 1, 1]), np.full(8, 10.0), replications=1, seed=1)


if __name__ == "__main__":
    precompile()
