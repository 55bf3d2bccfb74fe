"""Brings a database to the schema of this version: Alembic, numbered and named, hand-read."""
