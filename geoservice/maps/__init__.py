"""Maps of a release: pictures, tiles and single HTML files. Reads releases only."""
