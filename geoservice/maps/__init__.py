"""A release drawn: maps in one file. Reads releases only."""
