"""The street network: from an OSM extract to travel times."""
