"""Brings a database's tables up to date from Python, without a configuration file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import Connection

_LOCK = 0x446F6F72
"""An arbitrary number that all our processes share: whoever holds it may change the tables."""


def config(connection: Connection) -> Config:
    """Return Alembic's configuration for an open connection."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    found.attributes["connection"] = connection
    return found


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the connection's transaction, while no other process does."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    command.upgrade(config(connection), "head")
