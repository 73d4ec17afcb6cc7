"""Vector tiles of a release: baked when it is written, or drawn on request from its tables."""
