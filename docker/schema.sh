#!/bin/sh
# Makes both databases of the Temporal server and brings their schemas to the version of this image.
# Runs before every start of the server: what is there already is left alone, what is new is added.
# Environment: POSTGRES_SEEDS (host), POSTGRES_USER, SQL_PASSWORD.
set -eu
versions=${SCHEMA_FOLDER:-/etc/temporal/schema/postgresql/v12}

tool() { temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" --port 5432 --user "$POSTGRES_USER" "$@"; }

prepare() { # DATABASE SCHEMA
  tool --db "$1" create
  tool --db "$1" setup-schema --version 0.0
  tool --db "$1" update-schema --schema-dir "$versions/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
