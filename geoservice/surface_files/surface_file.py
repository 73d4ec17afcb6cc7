"""One file with a surface: its header in a line of JSON, the signature of the header, and the compressed surface.

The header has the digest of the compressed bytes, so its signature covers every byte of the file.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from geoservice.demand import DemandSurface, digest, read_surface
from geoservice.errors import InputError
from geoservice.surface_files.header import FORMAT, SurfaceHeader, signed_bytes, verified_header
from geoservice.surface_files.signing import SIGNATURE_BYTES, public_key, sign

MAGIC = b"geoservice surface "
MAX_HEADER_BYTES = 2**20
CODEC: Literal["zstd"] = "zstd"


@dataclass(frozen=True)
class SurfaceFile:
    """The verified header of a surface file, its text and signature, and the compressed surface, which is not read yet."""

    name: str
    header: SurfaceHeader
    text: str
    signature: bytes
    compressed: bytes

    def surface(self) -> tuple[DemandSurface, bytes]:
        """Return the surface and its bytes; raises :class:`InputError` if they are not what the header says.

        Only a surface of a trusted office should be read.
        """
        try:
            body = pa.decompress(self.compressed, self.header.surface_bytes, CODEC, asbytes=True)
        except (pa.ArrowException, OSError) as error:
            raise InputError(
                f"{self.name}: its surface cannot be decompressed; the software that wrote it is faulty"
            ) from error
        if digest(body) != self.header.surface:
            raise InputError(f"{self.name}: the surface in it does not match its header; the software that wrote it is faulty")
        surface = read_surface(body)
        if different := self.header.differences(surface.description):
            raise InputError(f"{self.name}: its header and the surface in it state different {', '.join(different)}")
        return surface, body


def write_surface_file(
    body: bytes, areas: tuple[str, ...], made_at: str, code_version: str, seed: bytes
) -> tuple[SurfaceHeader, bytes]:
    """Return the header and the bytes of a file with a register's surface; the same arguments give the same bytes.

    Parameters
    ----------
    body
        The bytes of the surface.
    areas
        Codes of the areas of the register.
    made_at
        When it was measured.
    code_version
        Version of geoservice.
    seed
        The office's private key.

    Raises
    ------
    InputError
        If the surface is not that of a register.
    """
    facts = read_surface(body).description
    if facts.get("kind") != "register" or "parts" in facts or not areas:
        raise InputError("surface: only the surface of one register can be signed")
    compressed = pa.compress(body, CODEC, asbytes=True)
    header = SurfaceHeader(
        areas=tuple(sorted(set(areas))),
        rho=facts["rho"],
        caps=facts["caps"],
        vintage=facts["vintage"],
        made_at=made_at,
        made_up=facts["made_up"],
        code_version=code_version,
        surface=digest(body),
        surface_bytes=len(body),
        body=hashlib.sha256(compressed).hexdigest(),
        key=public_key(seed),
    )
    head = signed_bytes(header.text())
    return header, head + sign(seed, head) + compressed


def read_surface_file(data: bytes, name: str) -> SurfaceFile:
    """Return the content of a file whose signature and digest are right; whether the key is trusted is not checked.

    Raises :class:`InputError` with the ``name`` of the file if it is not a surface file, of another format, or altered.
    """
    first, _, rest = data.partition(b"\n")
    if not first.startswith(MAGIC):
        raise InputError(f"{name}: it is no surface file; geoservice surface export writes one")
    if first != MAGIC + str(FORMAT).encode():
        version = first.removeprefix(MAGIC).decode("ascii", "replace")
        raise InputError(f"{name}: its format is {version!r:.20}, this version of geoservice reads {FORMAT}")
    line, newline, rest = rest.partition(b"\n")
    if not newline or len(line) > MAX_HEADER_BYTES:
        raise InputError(f"{name}: its header is damaged; ask the office that made it for the file again")
    signature, compressed = rest[:SIGNATURE_BYTES], rest[SIGNATURE_BYTES:]
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: its header is not UTF-8; ask the office that made it for the file again") from error
    header = verified_header(text, signature, name)
    if hashlib.sha256(compressed).hexdigest() != header.body:
        raise InputError(f"{name}: it was altered or is incomplete; ask the office that made it for the file again")
    return SurfaceFile(name, header, text, signature, compressed)
