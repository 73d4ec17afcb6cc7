"""Results of peers that have an environment of their own."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geoservice.bench.access import peer

PYTHON = Path(__file__).parents[2] / ".venv-peers" / "bin" / "python"


def peer_result(name: str, folder: Path, **arrays: Any) -> "np.ndarray":
    """Return the result of a function of :mod:`geoservice.bench.access.peer`; skips where the peers are not installed."""
    if not PYTHON.exists():
        pytest.skip("run `make .venv-peers/.installed` to run this test")
    source, target = folder / "in.npz", folder / "out.npz"
    np.savez(source, **arrays)
    subprocess.run([PYTHON, peer.__file__, name, source, target], check=True, capture_output=True)
    with np.load(target) as found:
        return np.asarray(found["result"], float)
