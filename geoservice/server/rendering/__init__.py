"""Rendered maps: map tiles, and maps of any size for documents."""
