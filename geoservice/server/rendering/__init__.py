"""Maps as pictures: tiles for slippy maps, whole maps for documents."""
