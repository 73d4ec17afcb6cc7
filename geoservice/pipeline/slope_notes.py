"""Notes of a release on the slopes of its streets."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geoservice.errors import NotFound
from geoservice.labels import MODE_LABELS
from geoservice.layer import Label
from geoservice.modes import MODES
from geoservice.network.terrain import TerrainUse, read_terrain_index
from geoservice.pipeline.inputs import join_names

_OUTDATED = Label(
    zh="道路网络建成之后地形数据有变，坡度仍按原地形计算；请重新导入道路网络。",
    en="The terrain has changed since the street network was built: import the network again.",
)


def slope_notes(modes: Sequence[str], network: Mapping[str, Any]) -> tuple[Label, ...]:
    """Return whether slopes count in the times of a network, from its index; nothing if they change none of the modes."""
    sloped = [MODE_LABELS[mode] for mode in modes if MODES[mode].slope]
    if not sloped:
        return ()
    zh, en = "、".join(m.zh for m in sloped), ", ".join(m.en for m in sloped)
    use = TerrainUse(**network["terrain"]) if network.get("terrain") else None
    if use is None or use.unknown == 1:
        return (Label(zh=f"没有地形数据，坡度未计入（{zh}）。", en=f"Slope is not counted, there is no terrain ({en})."),)
    note = Label(
        zh=f"坡度已计入（{zh}），高程来自{join_names(use.sources, '、')}；{use.unknown:.1%}的道路没有高程，按平路计算。",
        en=f"Slope is counted ({en}), from {join_names(use.sources, ', ')}; {use.unknown:.1%} of the streets have no elevation "
        "and count as flat.",
    )
    return (note,)


def outdated_notes(network: Mapping[str, Any], terrain: Path) -> tuple[Label, ...]:
    """Return a note if the network was not built with the present terrain."""
    try:
        digest = read_terrain_index(terrain)["digest"]
    except NotFound:
        digest = None
    used = network.get("terrain")
    return (_OUTDATED,) if digest != (used["digest"] if used else None) else ()


def input_digests(network: Mapping[str, Any]) -> dict[str, str]:
    """Return the digests of the street network, of the terrain that it was built with, and of what a study changed of it."""
    terrain, changes = network.get("terrain"), network.get("changes")
    digests = {"network": str(network["digest"])} | ({"terrain": str(terrain["digest"])} if terrain else {})
    return digests | ({"closures": str(changes)} if changes else {})
