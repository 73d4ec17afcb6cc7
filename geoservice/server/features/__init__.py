"""OGC API Features: collections, their items, and downloads of items as files."""
