"""Spatial statistics on arrays: weights, Getis-Ord, Moran, false discovery, smoothed rates, funnel limits, stability."""
