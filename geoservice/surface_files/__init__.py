"""Surface files: the demand surface of a register, signed by its office, to be merged with those of other offices."""

from geoservice.surface_files.header import SurfaceHeader, verified_header
from geoservice.surface_files.signing import public_key
from geoservice.surface_files.surface_file import SurfaceFile, read_surface_file, write_surface_file
from geoservice.surface_files.trusted_keys import TRUSTED_KEYS, TrustedKey, add_trusted_key, read_trusted_keys

__all__ = [
    "TRUSTED_KEYS",
    "SurfaceFile",
    "SurfaceHeader",
    "TrustedKey",
    "add_trusted_key",
    "public_key",
    "read_surface_file",
    "read_trusted_keys",
    "verified_header",
    "write_surface_file",
]
