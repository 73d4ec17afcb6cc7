"""Where the places of a gazetteer come from, one module a source."""
