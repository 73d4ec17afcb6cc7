"""The register of a project folder: its quality and its protection."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from geoservice.api.audit import audit_action
from geoservice.api.data_quality import register_quality, write_quality
from geoservice.api.measurement import measure_register, parse_rho, places_of, rules_of
from geoservice.api.project_stores import ProjectStores
from geoservice.progress import Progress, quiet

if TYPE_CHECKING:
    from geoservice.disclosure.data_quality import Language, QualityReport
    from geoservice.disclosure.plan import ExpectedMargins
    from geoservice.disclosure.vintage import Measurement


class ProjectRegister(ProjectStores):
    """A project folder whose register can be checked and measured."""

    def expected_margins(self, rho: str | float | None = None) -> "list[ExpectedMargins]":
        """Return the expected margins of a measurement, by level of area; from public data only, it spends no budget."""
        from geoservice.disclosure.plan import expected_margins

        study = self.study
        rules = rules_of(study, None if rho is None else parse_rho(rho))
        areas, places = self._inputs.areas(study.as_of, study.code_system), places_of(self._inputs)
        return expected_margins(areas, places, rules.rho, study.group_ids, migrants=rules.migrants, arrivals=rules.arrivals)

    def data_quality(self, progress: Progress = quiet) -> "QualityReport":
        """Return the steward's data quality report: what is missing, wrong, repeated or implausible in the register, by area.

        It has exact counts of households and is private. It lists no household.

        Raises
        ------
        InputError
            There are no households.
        """
        study = self.study
        with audit_action(self.settings, "quality", study.id, self._channel):
            return register_quality(self._register, self._inputs, study, progress)

    def write_data_quality(
        self,
        report: "QualityReport",
        out: str | PathLike[str] | None = None,
        language: "Language" = "zh",
        progress: Progress = quiet,
    ) -> list[Path]:
        """Write a data quality report as ``quality.txt``, ``quality.xlsx`` and ``quality.html`` and return the paths.

        Parameters
        ----------
        report
            Returned by :meth:`data_quality`.
        out
            A private folder, by default ``quality`` in the register's folder.
        language
            The language of the text and the workbook, and the one that the page shows first.
        progress
            Called with a stage and a fraction.

        Raises
        ------
        InputError
            The folder is public or open to others.
        """
        folder = self._register.quality_folder if out is None else Path(out)
        return write_quality(report, folder, self.settings, language, progress)

    def protect(self, rho: str | float | None = None, progress: Progress = quiet) -> "Measurement":
        """Measure the register with differential privacy, unless these households were measured before.

        :meth:`publish` does it if necessary.

        Parameters
        ----------
        rho
            Privacy loss of this measurement, instead of the study's.
        progress
            Called with a stage and a fraction.

        Returns
        -------
        Measurement
            The entry of the budget book; ``made`` is None where the from_store surface is used and nothing was spent.
        """
        study = self.study
        rules = rules_of(study, None if rho is None else parse_rho(rho))
        with audit_action(self.settings, "protect", study.id, self._channel) as results:
            measurement = measure_register(self._register, self._inputs, rules, study, progress)
            results["draw"] = measurement.draw.number
        return measurement
