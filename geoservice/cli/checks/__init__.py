"""Checks of geoservice doctor."""
