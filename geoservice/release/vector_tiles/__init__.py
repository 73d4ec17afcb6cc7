"""Vector tiles of a release: baked when it is written, and cut on request from what was written."""
