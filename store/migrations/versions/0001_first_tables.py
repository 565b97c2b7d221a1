"""The first tables: orders, parcels, scans, conversations, proof, tickets and wishes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _alert_wishes()
    _conversations()
    _deliveries()
    _orders()
    _proof_tries()
    _shipments()
    _tickets()
    _messages()
    _order_items()
    _order_shipments()
    _order_sources()
    _proof_try_scopes()
    _tracking_events()
    _verifications()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


_TABLES = (
    "alert_wishes",
    "conversations",
    "deliveries",
    "orders",
    "proof_tries",
    "shipments",
    "tickets",
    "messages",
    "order_items",
    "order_shipments",
    "order_sources",
    "proof_try_scopes",
    "tracking_events",
    "verifications",
)


def _alert_wishes() -> None:
    op.create_table(
        "alert_wishes",
        sa.Column("conversation", sa.String(length=255), nullable=False),
        sa.Column("contact", sa.String(length=255), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_alert_wishes")),
    )
    op.create_index(op.f("ix_alert_wishes_contact"), "alert_wishes", ["contact"], unique=False)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("lease_by", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("delivery_id", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "delivery_id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_at", "deliveries", ["at"], unique=False)


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("known_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_at", sa.JSON(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_name", sa.String(length=255), nullable=False),
        sa.Column("customer_email", sa.String(length=255), nullable=False),
        sa.Column("customer_phone", sa.String(length=40), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=255), nullable=False),
        sa.Column("region", sa.String(length=255), nullable=False),
        sa.Column("country", sa.String(length=255), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=True),
        sa.Column("promised_earliest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_latest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_basis", sa.String(length=255), nullable=True),
        sa.Column("promised_coverage", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("key", name=op.f("uq_orders_key")),
    )
    op.create_index(op.f("ix_orders_customer_email"), "orders", ["customer_email"], unique=False)
    op.create_index(op.f("ix_orders_customer_phone"), "orders", ["customer_phone"], unique=False)


def _proof_tries() -> None:
    op.create_table(
        "proof_tries",
        sa.Column("try_id", _ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("try_id", name=op.f("pk_proof_tries")),
    )


def _shipments() -> None:
    op.create_table(
        "shipments",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("tracking_number", sa.String(length=64), nullable=False),
        sa.Column("known_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("carrier", sa.String(length=40), nullable=True),
        sa.Column("carrier_said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_scan", sa.String(length=32), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(length=255), nullable=False),
        sa.Column("estimate_earliest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("estimate_latest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("estimate_made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("estimate_basis", sa.String(length=255), nullable=True),
        sa.Column("estimate_coverage", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipments")),
        sa.UniqueConstraint("key", name=op.f("uq_shipments_key")),
    )
    op.create_index(op.f("ix_shipments_status"), "shipments", ["status"], unique=False)


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("order_number", sa.String(length=64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("transcript", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    op.create_index(op.f("ix_tickets_conversation"), "tickets", ["conversation"], unique=False)
    op.create_index(
        "uq_tickets_open",
        "tickets",
        ["conversation", "reason"],
        unique=True,
        sqlite_where=sa.text("state <> 'solved'"),
        postgresql_where=sa.text("state <> 'solved'"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("conversation", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("message_id", sa.String(length=128), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("card", sa.JSON(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_messages_conversation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation", "number", name=op.f("pk_messages")),
        sa.UniqueConstraint("conversation", "message_id", name=op.f("uq_messages_conversation_message_id")),
    )


def _order_items() -> None:
    op.create_table(
        "order_items",
        sa.Column("order_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_items_order_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_order_items")),
    )


def _order_shipments() -> None:
    op.create_table(
        "order_shipments",
        sa.Column("order_id", _ID, nullable=False),
        sa.Column("shipment_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("skus", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_shipments_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipments.id"], name=op.f("fk_order_shipments_shipment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", "shipment_id", name=op.f("pk_order_shipments")),
    )
    op.create_index(op.f("ix_order_shipments_shipment_id"), "order_shipments", ["shipment_id"], unique=False)


def _order_sources() -> None:
    op.create_table(
        "order_sources",
        sa.Column("order_id", _ID, nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_sources_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", "source", name=op.f("pk_order_sources")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_order_sources_source_external_id")),
    )


def _proof_try_scopes() -> None:
    op.create_table(
        "proof_try_scopes",
        sa.Column("try_id", _ID, nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["try_id"], ["proof_tries.try_id"], name=op.f("fk_proof_try_scopes_try_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("try_id", "scope", name=op.f("pk_proof_try_scopes")),
    )
    op.create_index("ix_proof_try_scopes_scope", "proof_try_scopes", ["scope", "try_id"], unique=False)


def _tracking_events() -> None:
    op.create_table(
        "tracking_events",
        sa.Column("id", _ID, nullable=False),
        sa.Column("shipment_id", _ID, nullable=False),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurred_offset", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone_source", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("raw_status", sa.String(length=255), nullable=False),
        sa.Column("location", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipments.id"], name=op.f("fk_tracking_events_shipment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_events")),
        sa.UniqueConstraint("shipment_id", "identity", name=op.f("uq_tracking_events_shipment_id_identity")),
    )


def _verifications() -> None:
    op.create_table(
        "verifications",
        sa.Column("conversation", sa.String(length=255), nullable=False),
        sa.Column("order_key", sa.String(length=80), nullable=False),
        sa.Column("how", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_verifications_conversation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation", "order_key", name=op.f("pk_verifications")),
    )
