"""The Python interface of geoservice: it opens settings and stores and runs the parts; the commands are built on it."""
