"""The one door: from the register and the project through the analyses and the disclosure control to a release."""

from geoservice.pipeline.publish import Published, publish_study

__all__ = ["Published", "publish_study"]
