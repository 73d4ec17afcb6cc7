"""Live questions about a release: what changes if stations are added, moved, closed or changed.

A release carries the arrays that these need (:mod:`geoservice.live.files`); all of them are public.
"""
