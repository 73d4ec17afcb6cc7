"""The surfaces of a project folder: handed over as signed files, and taken from other offices."""

from collections.abc import Collection
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from geoservice.api.audit import audit_action
from geoservice.api.project_stores import ProjectStores
from geoservice.api.surface_imports import ImportedSurface, check_in_areas, info_of, replaced_surfaces
from geoservice.errors import InputError, NotFound

if TYPE_CHECKING:
    import pandas as pd

    from geoservice.project import SurfaceInfo
    from geoservice.surface_files import SurfaceFile, SurfaceHeader, TrustedKey


class ProjectSurfaces(ProjectStores):
    """A project folder that hands over its register's surface, or takes those of other offices."""

    def surface_key(self) -> str:
        """Return the public key of this office, made on first use; the private one stays in the register's folder."""
        from geoservice.surface_files import public_key

        return public_key(self._register.signing_key())

    def export_surface(self, out: str | PathLike[str]) -> "SurfaceHeader":
        """Write the register's newest surface as a signed file and return its header.

        Raises
        ------
        InputError
            The register was not measured yet, the budget book is damaged, or the folder of the file does not exist.
        """
        from geoservice import __version__
        from geoservice.durable import atomic_write, sync
        from geoservice.surface_files import write_surface_file

        path = Path(out)
        if not path.parent.is_dir():
            raise InputError(f"{path.name}: the folder {path.parent} does not exist")
        book = self._register.book()
        if not book:
            raise InputError("surface: the register was not measured yet; measure it with: geoservice protect")
        draw = book[-1]
        body = self._register.surface(draw.surface_digest)
        areas = self._areas_of(body)
        with audit_action(self.settings, "surface export", draw.surface_digest, self._channel):
            header, data = write_surface_file(body, areas, draw.made_at, __version__, self._register.signing_key())
            with atomic_write(path) as aside:
                aside.write_bytes(data)
                sync(aside)
        return header

    def _areas_of(self, body: bytes) -> tuple[str, ...]:
        from geoservice.demand import read_surface
        from geoservice.pipeline.register_surfaces import territory_of

        rows = self._inputs.areas_of(self.study.code_system).select(["code", "level", "parent"]).to_pylist()
        levels, parents = ({r["code"]: r[column] for r in rows} for column in ("level", "parent"))
        return tuple(territory_of(read_surface(body), levels, parents))

    def read_surface_file(self, file: str | PathLike[str]) -> "tuple[SurfaceFile, TrustedKey | None]":
        """Return the content of a surface file, and the trusted key that it is signed with, None if it is not trusted.

        Raises
        ------
        InputError
            It is no surface file, was altered, or is not signed with the key that it names.
        """
        from geoservice.surface_files import read_surface_file

        path = Path(file)
        content = read_surface_file(path.read_bytes(), path.name)
        return content, self.trusted_keys().get(content.header.key)

    def import_surface(self, file: str | PathLike[str]) -> ImportedSurface:
        """Store the surface of another office from its file; the newest one of each territory counts in a study.

        Raises
        ------
        InputError
            The file was altered, its key is not trusted or not for its areas, its header and its surface disagree, a leaf,
            point or flow of it is outside its areas, these are not loaded or overlap with those of another office, or a newer
            surface of the office is stored. Nothing is stored.
        """
        content, key = self.read_surface_file(file)
        header, name = content.header, content.name
        if key is None:
            raise InputError(
                f"{name}: it is signed with {header.key}, which this project does not trust; compare the key with what "
                "`geoservice surface keys` prints in the office, and trust it with: geoservice surface trust "
                f"{header.key} --name NAME"
            )
        key.check_areas(header.areas, name)
        surface, body = content.surface()
        areas = self._inputs.areas_of(self.study.code_system)
        check_in_areas(surface, header.areas, areas, name, chinese=self.study.chinese)
        info = info_of(content, surface, key.name)
        with audit_action(self.settings, "surface import", f"{name} {info.digest}", self._channel):
            stored = self._inputs.surfaces()
            if same := next((s for s in stored if s.digest == info.digest), None):
                return ImportedSurface(same, is_new=False)
            replaced = replaced_surfaces(info, stored, areas, name)
            self._inputs.add_surface(body, info)
        return ImportedSurface(info, is_new=True, replaced=replaced)

    def trusted_keys(self) -> "dict[str, TrustedKey]":
        """Return the keys of the offices whose surfaces this project takes, from ``trusted_keys.toml``, by key."""
        from geoservice.surface_files import read_trusted_keys

        return read_trusted_keys(self.settings.home)

    def trust_surface_key(self, key: str, name: str, areas: Collection[str] = ()) -> None:
        """Take surfaces that are signed with a key.

        Parameters
        ----------
        key
            The public key that ``surface_key`` returns in the office's folder.
        name
            Name of the office.
        areas
            Codes of the areas that it may sign for; any, if there are none.

        Raises
        ------
        InputError
            The key or the name is not valid.
        Conflict
            The key is trusted already.
        """
        from geoservice.surface_files import TrustedKey, add_trusted_key
        from geoservice.toml_file import toml_model

        entry = toml_model(TrustedKey, {"name": name, "key": key, "areas": tuple(areas)}, "trusted key")
        with audit_action(self.settings, "surface trust", f"{key} {name}", self._channel):
            add_trusted_key(self.settings.home, entry)

    def surfaces(self) -> "pd.DataFrame":
        """Return the stored surfaces, oldest first, one row each, with the name and the key of the office that signed it."""
        import pandas as pd

        columns = ["digest", "name", "kind", "areas", "rho", "made_at", "made_up", "key"]
        rows = [
            (
                *(s.digest, s.name, s.kind, list(s.areas), s.description.get("rho"), s.made_at),
                *(bool(s.description.get("made_up")), s.signature.key if s.signature else ""),
            )
            for s in self._inputs.surfaces()
        ]
        return pd.DataFrame(rows, columns=columns)

    def remove_surface(self, digest: str) -> "SurfaceInfo":
        """Remove a surface of another office and return it; existing releases stay.

        Parameters
        ----------
        digest
            Its digest or the first digits of it.

        Raises
        ------
        NotFound
            There is no such surface.
        InputError
            There are several, or it is of the project's own register.
        """
        matches = [s for s in self._inputs.surfaces() if digest and s.digest.startswith(digest)]
        if not matches:
            raise NotFound(f"surface {digest:.64}: the project has no surface of this digest")
        if len(matches) > 1:
            raise InputError(f"surface {digest}: {len(matches)} digests begin so; name more digits")
        if matches[0].signature is None:
            raise InputError(f"surface {digest}: it is of the project's own register, and stays")
        with audit_action(self.settings, "surface remove", matches[0].digest, self._channel):
            self._inputs.remove_surface(matches[0].digest)
        return matches[0]
