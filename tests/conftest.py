"""Fixtures that every test may ask for."""

from tests.databases import database, database_url, postgres_server, postgres_url, sqlite_template

__all__ = ["database", "database_url", "postgres_server", "postgres_url", "sqlite_template"]
