#!/bin/sh
# Build the planner's page into SOURCES/geoservice/web/static: web.sh SOURCES
set -eu
cd "$1/geoservice/web"
npm ci --silent --ignore-scripts
npm run --silent build
