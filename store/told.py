"""Says what we wrote to shoppers of our own accord: of which order last, and of an order all that there was."""

from datetime import timedelta

from sqlalchemy import bindparam, select

from alerts.ports import Sending
from store.alert_tables import alerts
from store.database import Database
from store.support_tables import messages
from tracking.ports import Clock

ANSWERED_WITHIN = timedelta(days=3)
"""For so long a text without a word of which order is taken for an answer to an alert."""
_TEXTS = "sms:"
_REPLIED = (
    select(messages.c.at)
    .where(messages.c.conversation == bindparam("talk"), messages.c.author != "shopper")
    .order_by(messages.c.number.desc())
    .limit(1)
)
_NEWEST = (
    select(alerts.c.order_key, alerts.c.moved_at, _REPLIED.scalar_subquery().label("replied_at"))
    .where(alerts.c.recipient == bindparam("number"), alerts.c.medium == "sms")
    .where(alerts.c.state.in_(("sent", "delivered")), alerts.c.moved_at > bindparam("since"))
    .order_by(alerts.c.moved_at.desc())
    .limit(1)
)


class ToldTable:
    """Alerts and what was said since, in our database. Every method raises Unavailable when it doesn't answer."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def last(self, conversation: str) -> str:
        """See `actions.services.Told.last`."""
        number = conversation.removeprefix(_TEXTS)
        if number == conversation:
            return ""
        given = {"number": number, "talk": conversation, "since": self._clock.now() - ANSWERED_WITHIN}
        async with self._database.read() as connection:
            found = (await connection.execute(_NEWEST, given)).first()
        return found.order_key if found and (found.replied_at is None or found.replied_at < found.moved_at) else ""

    async def of(self, order: str, limit: int) -> tuple[Sending, ...]:
        """What was told of an order (an `order_key`), or was to be, newest first."""
        wanted = select(alerts).where(alerts.c.order_key == order).order_by(alerts.c.made_at.desc()).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(Sending(row.medium, row.occasion, row.state, row.reason, row.moved_at) for row in rows)
