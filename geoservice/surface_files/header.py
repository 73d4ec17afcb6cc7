"""The header of a surface file: what its surface is of, how it was measured, and who signed it."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from geoservice.errors import InputError
from geoservice.surface_files.signing import KEY_PATTERN, SIGNATURE_BYTES, is_signed

FORMAT = 1
"""Version of the file format; another one is refused."""
MAX_SURFACE_BYTES = 2**31
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
PLAIN_TEXT = r"^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$"
"""Text in one line without control characters: a terminal obeys some of those that it is given to print."""
Code = Annotated[str, Field(min_length=1, max_length=80, pattern=PLAIN_TEXT)]
ShortText = Annotated[str, Field(min_length=1, max_length=40, pattern=PLAIN_TEXT)]


class SurfaceHeader(BaseModel):
    """The signed facts about a surface.

    Attributes
    ----------
    areas
        Sorted codes of the areas of the register, each once.
    rho
        Privacy loss of the measurement, a fraction such as ``1/2``.
    caps
        Maximum of persons, of a group and of migrants that one household counts with.
    vintage
        Number of the measurement in the register's budget book.
    made_at
        When it was measured.
    made_up
        Whether the households are synthetic, so that the noise protects nobody.
    code_version
        Version of geoservice that wrote the file.
    surface, surface_bytes
        SHA-256 and number of the bytes of the surface.
    body
        SHA-256 of these bytes as they are in the file, compressed.
    key
        Public key of the office.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    areas: tuple[Code, ...] = Field(min_length=1, max_length=10_000)
    rho: str = Field(pattern=r"^[1-9][0-9]*(/[1-9][0-9]*)?$", max_length=100)
    caps: Mapping[ShortText, int]
    vintage: int = Field(ge=1)
    made_at: ShortText
    made_up: bool
    code_version: ShortText
    surface: Digest
    surface_bytes: int = Field(ge=1, le=MAX_SURFACE_BYTES)
    body: Digest
    key: str = Field(pattern=KEY_PATTERN)

    @field_validator("areas")
    @classmethod
    def _sorted(cls, areas: tuple[str, ...]) -> tuple[str, ...]:
        if list(areas) != sorted(set(areas)):
            raise ValueError("they are not sorted, or one is there twice")
        return areas

    def text(self) -> str:
        """Return the only way to write the header: JSON in one line, with sorted keys."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def lines(self) -> list[str]:
        """Return the facts for people."""
        caps = ", ".join(f"{name} {n}" for name, n in self.caps.items())
        return [
            f"areas: {', '.join(self.areas)}",
            f"measured at {self.made_at}, vintage {self.vintage}, rho {float(Fraction(self.rho)):g}, caps: {caps}",
            *(["the households are synthetic: the noise protects nobody"] if self.made_up else []),
            f"written by geoservice {self.code_version}; surface {self.surface}",
            f"signed with {self.key}",
        ]

    def differences(self, description: Mapping[str, Any]) -> list[str]:
        """Return the names of facts that differ from the description in the surface."""
        stated = {"areas": list(self.areas), "rho": self.rho, "caps": dict(self.caps), "vintage": self.vintage}
        facts = {**stated, "made_up": self.made_up, "kind": "register"}
        optional = {"areas": list(self.areas)}  # surfaces of earlier versions do not state them
        return [name for name, value in facts.items() if description.get(name, optional.get(name)) != value]


def signed_bytes(text: str) -> bytes:
    """Return what is signed: the format and the text of a header, the beginning of the file."""
    return f"geoservice surface {FORMAT}\n{text}\n".encode()


def verified_header(text: str, signature: bytes, name: str) -> SurfaceHeader:
    """Return the header of a text that is signed with the key in it.

    Raises :class:`InputError` with the ``name`` of the file if it is no header, or is not signed with that key.
    """
    try:
        header = SurfaceHeader.model_validate_json(text)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, f['loc'])) or 'JSON'}: {f['msg']}" for f in error.errors())
        printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in faults[:300])
        raise InputError(f"{name}: its header is damaged: {printable}") from error
    is_canonical = header.text() == text and len(signature) == SIGNATURE_BYTES
    if not is_canonical or not is_signed(header.key, signed_bytes(text), signature):
        raise InputError(
            f"{name}: it was altered, or is not signed with the key that it names; ask the office that made it for it again"
        )
    return header
