"""OGC API Tiles: precomputed and on-request vector tiles, tile matrix sets, and PMTiles files."""
