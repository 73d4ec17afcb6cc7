"""Siting: candidates, travel times to the demand surface, the choice of sites, and its reasons.

It computes on the arrays of a study, which a project and each of its releases have alike.
"""
