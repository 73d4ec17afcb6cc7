"""The areas of a project folder: their code systems, and crosswalks between these."""

from typing import TYPE_CHECKING

from geoservice.api.project_stores import ProjectStores

if TYPE_CHECKING:
    import pandas as pd

    from geoservice.crosswalk import Crosswalk


class ProjectAreas(ProjectStores):
    """A project folder whose areas may have codes of several systems."""

    def code_systems(self) -> list[str]:
        """Return the names of the code systems of the loaded areas."""
        return self._inputs.code_systems()

    def crosswalk(self, from_system: str, to_system: str) -> "pd.DataFrame":
        """Return which areas of one code system are which areas of another, on the study's date.

        Areas are matched from the top down: by name within the areas that are matched above them, and by their borders.

        Parameters
        ----------
        from_system, to_system
            Names of loaded code systems, such as ``"mca2026"`` and ``"nbs2023"``.

        Returns
        -------
        DataFrame
            A row for each pair of counterparts, and for each area of the first system without one: ``from_code``,
            ``from_name``, ``to_code``, ``to_name``, ``level``, ``method`` (name, short_name, overlap, none), ``relation``
            (one_to_one, split, merge, many_to_many), ``from_share`` and ``to_share`` (parts of the two that are in both, if
            they have borders), ``reason`` (why there is none), and ``same_code_name``: the other place that has the same code
            in the second system.

        Raises
        ------
        InputError
            A system is not loaded.
        """
        return self.make_crosswalk(from_system, to_system).rows.to_pandas()

    def make_crosswalk(self, from_system: str, to_system: str) -> "Crosswalk":
        """Return what :meth:`crosswalk` returns as a frame, as an object."""
        from geoservice.crosswalk import make_crosswalk

        day = self.study.as_of
        return make_crosswalk(*(self._inputs.system_areas(day, system) for system in (from_system, to_system)))
