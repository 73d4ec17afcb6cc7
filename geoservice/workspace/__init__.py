"""The private store: households, stations, areas, uptake and the street network. Nothing here may be published as it is."""
