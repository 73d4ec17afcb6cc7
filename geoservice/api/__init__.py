"""geoservice from Python: where settings, stores and parts are put together. The commands are made of it."""
