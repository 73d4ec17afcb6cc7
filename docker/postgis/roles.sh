#!/bin/sh
# Runs once in a new database: creates the register's role, the role that runs studies and publishes, and the serving role.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres --dbname=geoservice --quiet \
  --set=register="$(cat /run/secrets/register_password)" \
  --set=office="$(cat /run/secrets/office_password)" --set=http="$(cat /run/secrets/http_password)" <<'SQL'
CREATE ROLE geoservice_register LOGIN PASSWORD :'register';
CREATE ROLE geoservice_office LOGIN PASSWORD :'office';
CREATE ROLE geoservice_http LOGIN PASSWORD :'http';
ALTER DATABASE geoservice OWNER TO geoservice_office;
CREATE EXTENSION IF NOT EXISTS postgis;
REVOKE CREATE, TEMPORARY ON DATABASE geoservice FROM PUBLIC;
GRANT CREATE ON DATABASE geoservice TO geoservice_register;
SQL
