"""What channels and skills are given, by the web app and by the worker alike."""

from functools import partial

from alerts.media import media
from alerts.media.base import Send
from channels.base import Answering, ChannelServices
from doorstep.bootstrap import SupportRoom, TrackingRoom
from doorstep.settings import Settings
from store.push import AlexaUsers
from support.limits import RateLimit
from web.metrics import observe_turn


def channel_services(
    settings: Settings, tracking: TrackingRoom, support: SupportRoom, limit: RateLimit
) -> ChannelServices:
    """Put them together; `limit` counts messages per conversation."""
    return ChannelServices(
        desk=support.desk,
        answering=Answering(support.desk, limit, observe_turn),
        orders=tracking.orders,
        tickets=support.tickets,
        linked=support.links.by_token,
        consent=support.consent,
        texts=support.texts,
        senders=partial(sender, settings),
        clock=tracking.clock,
        secrets=settings.value,
        public_url=settings.public_url,
        pictures=support.pictures,
        speakers=AlexaUsers(tracking.database, tracking.clock),
    )


def sender(settings: Settings, code: str) -> Send:
    """Open a medium. Raises NotConfigured naming the settings it lacks."""
    return media()[code].sender(settings.value)
