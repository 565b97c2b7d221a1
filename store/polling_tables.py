"""The table of sources that are asked about parcels; the parcels' plans are columns of `shipments`."""

from sqlalchemy import Column, String, Table

from store.tables import metadata
from store.types import UtcDateTime

poll_sources = Table(
    "poll_sources",
    metadata,
    Column("code", String(40), primary_key=True),
    # Who asks it now, and until when that is believed without a sign of life: one process at a time keeps its rate.
    Column("lease_by", String(32)),
    Column("lease_until", UtcDateTime),
    # Until when it wants to be left alone.
    Column("rest_until", UtcDateTime),
    Column("last_answered_at", UtcDateTime),
    Column("last_error", String(40), nullable=False, server_default=""),
    Column("last_error_at", UtcDateTime),
)
