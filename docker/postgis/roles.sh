#!/bin/sh
# Runs once in a new database: the role that imports and publishes, and the one that serves.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres --dbname=geoservice --quiet \
  --set=office="$(cat /run/secrets/office_password)" --set=http="$(cat /run/secrets/http_password)" <<'SQL'
CREATE ROLE geoservice_office LOGIN PASSWORD :'office';
CREATE ROLE geoservice_http LOGIN PASSWORD :'http';
ALTER DATABASE geoservice OWNER TO geoservice_office;
CREATE EXTENSION IF NOT EXISTS postgis;
REVOKE CREATE, TEMPORARY ON DATABASE geoservice FROM PUBLIC;
SQL
