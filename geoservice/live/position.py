"""A position in a question: longitude and latitude in degrees."""

from typing import Annotated

from pydantic import Field

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Position = tuple[Longitude, Latitude]
