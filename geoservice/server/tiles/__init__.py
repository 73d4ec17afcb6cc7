"""OGC API Tiles: vector tiles, baked or cut on request, what they are cut by, and whole layers as one file."""
