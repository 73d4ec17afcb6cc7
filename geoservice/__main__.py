"""python -m geoservice: the command line."""

from geoservice.cli import main

main()
