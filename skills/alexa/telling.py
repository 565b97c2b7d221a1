"""Notes which of Alexa's users may be told things, and whose account they are linked to; tells nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import structlog
from ask_sdk_model.request_envelope import RequestEnvelope

from channels.base import Linked, Speakers
from tracking.errors import Unavailable

UPDATES = "AMAZON.OrderStatus.Updated"
"""What the manifest says that we may tell; users allow it by this name."""
_REMEMBERED = 10_000
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """What Alexa says of an account. `wanted` is None where it says nothing of what may be told.

    `token` is ours, given to Alexa when the account was linked just now.
    """

    user: str
    wanted: bool | None = None
    token: str = ""


Told = Callable[[AccountEvent], None]


def account_event(envelope: RequestEnvelope, kind: str) -> AccountEvent:
    """Read an event of an account by its kind, such as `AlexaSkillEvent.SkillDisabled`."""
    user = str(_at(envelope, "context.system.user.user_id") or "")
    match kind.rpartition(".")[2]:
        case "ProactiveSubscriptionChanged":
            # All that is allowed now; where nothing is, the list is left out.
            allowed = _at(envelope, "request.body.subscriptions") or ()
            return AccountEvent(user, any(_at(one, "event_name") == UPDATES for one in allowed))
        case "SkillDisabled":
            return AccountEvent(user, False)
        case "SkillAccountLinked":
            return AccountEvent(user, token=str(_at(envelope, "request.body.access_token") or ""))
    return AccountEvent(user)


def _at(value: Any, path: str) -> Any:
    """Return what is at a path of attributes, None where it ends early."""
    return reduce(lambda found, name: getattr(found, name, None), path.split("."), value)


class Telling:
    """Keeps what there is to know. What was noted of a user lately is not noted again."""

    def __init__(self, speakers: Speakers, linked: Linked) -> None:
        self._speakers, self._linked = speakers, linked
        self._noted: dict[str, str] = {}

    async def spoke(self, user: str, link: str) -> None:
        """Note that a user spoke for a link. No answer waits for a database that doesn't take the note."""
        if self._noted.get(user) == link:
            return
        try:
            await self._speakers.linked(user, link)
        except Unavailable as error:
            log.warning("alexa_user_not_noted", error=type(error).__name__)
            return
        if len(self._noted) >= _REMEMBERED:
            self._noted.clear()
        self._noted[user] = link

    async def told(self, event: AccountEvent) -> None:
        """Note what an event says. Raises Unavailable, and Alexa sends it again."""
        link = await self._linked(event.token) if event.token else None
        if link and event.user:
            await self._speakers.linked(event.user, link.id)
        if event.wanted is not None and event.user:
            await self._speakers.subscribed(event.user, event.wanted)
