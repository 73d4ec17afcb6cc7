"""Runs a study: from the public inputs of a project through the analyses to a release."""

from geoservice.pipeline.publish import Published, publish_study

__all__ = ["Published", "publish_study"]
