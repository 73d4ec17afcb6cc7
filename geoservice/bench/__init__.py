"""Benchmarks: every figure measured in one run beside a named peer where there is one, medians over repeats."""

import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geoservice.bench import access, disclosure, geocode, maps, migrants, network, pipeline, province, scale, serve, soak

Figures = dict[str, dict[str, Any]]
BENCHES: Mapping[str, Callable[[int], Figures]] = {
    "access": access.run,
    "disclosure": disclosure.run,
    "geocode": geocode.run,
    "maps": maps.run,
    "migrants": migrants.run,
    "network": network.run,
    "pipeline": pipeline.run,
    "province": province.run,
    "scale": scale.run,
    "serve": serve.run,
    "soak": lambda _repeat: soak.run(),
}
SIZED: Mapping[str, Callable[[int, int], Figures]] = {
    "access": access.run,
    "disclosure": lambda repeat, households: disclosure.run(repeat, (households,)),
    "pipeline": pipeline.run,
    "scale": scale.run,
}
"""Benchmarks of made-up counties, whose number of households can be chosen."""


def measure(name: str, repeat: int, households: int | None = None, seconds: int | None = None) -> Figures:
    """Run a benchmark; its last figure names the machine it ran on."""
    if seconds is not None:
        run = soak.run(seconds)
    else:
        run = BENCHES[name](repeat) if households is None else SIZED[name](repeat, households)
    return {**run, "machine": {"value": machine(), "unit": ""}}


def machine() -> str:
    """Name the processor, its cores, the memory and the Python."""
    facts = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in facts if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
