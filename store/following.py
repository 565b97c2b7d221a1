"""Makes the jobs by which helpdesks follow a conversation, in the transaction of what they follow; does none."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from store.outbox import add_job


def topic(conversation: str) -> str:
    """The topic of a conversation's jobs: one of their own, so that a helpdesk that is down holds up nothing else."""
    return f"helpdesk:{hashlib.sha256(conversation.encode()).hexdigest()[:32]}"


async def follow(
    connection: AsyncConnection, helpdesks: Sequence[str], conversation: str, do: str, about: str, now: datetime
) -> None:
    """Make a job for each helpdesk: "open" a ticket, "say" a message by its number, set the "state", "look"."""
    for helpdesk in helpdesks:
        payload = {"helpdesk": helpdesk, "do": do, "conversation": conversation, "about": about}
        of = topic(conversation)
        await add_job(connection, "helpdesk", f"{of}:{helpdesk}:{do}:{about}", of, payload, now)
