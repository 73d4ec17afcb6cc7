"""The one door: from the private workspace through the analyses and the disclosure control to a release."""

from geoservice.pipeline.publish import Published, publish_study

__all__ = ["Published", "publish_study"]
