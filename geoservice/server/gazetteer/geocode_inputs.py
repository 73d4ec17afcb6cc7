"""The inputs of the process that finds addresses."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from geoservice.errors import ParameterError

MAX_ADDRESSES = 1000


class GeocodeQuestion(BaseModel):
    """Addresses to find; errors never contain them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    address: str | None = Field(None, description="an address; either this or addresses")
    addresses: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_ADDRESSES)] | None = Field(
        None, description=f"addresses, at most {MAX_ADDRESSES}; the answer has a feature for each, in their order"
    )
    country: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="ISO 3166 code of the country, which decides how addresses are written; by default CN for an address with "
        "Chinese characters, and any country with a street and a number for others",
    )
    scope: str | None = Field(None, min_length=1, max_length=100, description="code of the area that all answers are in")

    def texts(self) -> tuple[str, ...]:
        """Return the addresses; raises :class:`ParameterError` unless exactly one of the two inputs has them."""
        if (self.address is None) == (self.addresses is None):
            raise ParameterError("inputs: allowed is either address, a text, or addresses, a list of texts")
        return self.addresses if self.addresses is not None else (self.address or "",)
