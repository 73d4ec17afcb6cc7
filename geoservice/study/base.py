"""Types of keys that several parts of study.toml have."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from geoservice.modes import MODES, known_mode

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Mode = Annotated[str, AfterValidator(known_mode), WithJsonSchema({"enum": list(MODES), "type": "string"})]
Direction = Literal["to", "from"]


class Frozen(BaseModel):
    """A table of study.toml: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(Frozen):
    """A text in Chinese and English."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
