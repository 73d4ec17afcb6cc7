"""Statements that create the peer's table: the same points, with the key and the index that it needs."""

EXTENSION = "CREATE EXTENSION postgis"
TABLE = (
    "CREATE TABLE points (id bigint PRIMARY KEY, name text, kind text, value double precision, rank bigint, "
    "geom geometry(Point, 4326))"
)
COPY = "COPY points (id, name, kind, value, rank, geom) FROM STDIN"
INDEX = "CREATE INDEX ON points USING gist (geom)"
DATA_FOLDER = "SHOW data_directory"
SETTLE = "VACUUM ANALYZE points"
