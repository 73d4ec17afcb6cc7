"""The public store: immutable, numbered releases. All that the serving process may open."""
