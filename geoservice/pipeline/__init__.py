"""Runs a study: reads the public inputs of a project, runs the analyses and writes a release."""

from geoservice.pipeline.publish import Published, publish_study

__all__ = ["Published", "publish_study"]
