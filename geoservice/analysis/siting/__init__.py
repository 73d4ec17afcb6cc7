"""Siting: where new sites should open, with the proven distance from the best choice.

Models of coverage (LSCP, LSCP-B, MCLP), of travel time (p-median, p-center) and with capacities, as pure functions on the
pairs of candidates and demand points within reach. Each is solved in three stages: the lazy greedy method, exchanges of sites,
and a proof by bounds and a mixed-integer program.
"""
