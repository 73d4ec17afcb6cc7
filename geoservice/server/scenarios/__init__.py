"""Scenarios of planners: named sets of station edits, kept beside the tokens; the release itself is never changed."""
