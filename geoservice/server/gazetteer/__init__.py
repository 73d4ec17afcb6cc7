"""The gazetteer of a release over HTTP: the place search, and positions of addresses."""
