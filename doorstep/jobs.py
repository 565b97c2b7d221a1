"""Which jobs of the outbox there are, and who does them."""

from collections.abc import Mapping

from channels import channels
from channels.base import ChannelServices
from channels.sms import fetching
from doorstep.alerting import alert_handlers
from doorstep.bootstrap import SupportRoom, TrackingRoom
from doorstep.helpdesks import KIND, HelpdeskRoom
from doorstep.pictures import erasing
from doorstep.settings import Settings
from doorstep.watching import each, watcher_of
from doorstep.worker import Handler, Worker
from doorstep.writing import Writing
from store.handover import HandoverTable
from store.outbox import Outbox
from store.tickets import TicketTable
from support.delivery import Delivery
from support.jobs import Job


def worker(
    settings: Settings,
    tracking: TrackingRoom,
    support: SupportRoom,
    given: ChannelServices,
    helpdesks: HelpdeskRoom,
    visitor_secret: str,
) -> Worker:
    """A worker that does every kind of job."""
    alerts = alert_handlers(settings, tracking, support, visitor_secret)
    facts: list[Handler] = [watcher_of(settings, tracking, support).fact] if settings.watch else []
    facts += [alerts["fact"]] if settings.alerts else []
    handlers: Mapping[str, Handler] = {
        "deliver": _delivering(settings, tracking, support, given, visitor_secret),
        KIND: helpdesks.handle,
        "fact": each(facts),
        "alert": alerts["alert"],
        "mms": fetching(given, support.pictures),
        "erase_files": erasing(support.pictures.files),
    }
    return Worker(Outbox(tracking.database), handlers, tracking.clock)


def _delivering(
    settings: Settings, tracking: TrackingRoom, support: SupportRoom, given: ChannelServices, visitor_secret: str
) -> Handler:
    delivery = Delivery(
        desk=support.desk,
        store=HandoverTable(tracking.database),
        tickets=TicketTable(tracking.database),
        identity=support.identity,
        ways={plugin.way.prefix: plugin.way.open(given) for plugin in channels().values() if plugin.way},
        elsewhere=Writing(settings, visitor_secret),
        clock=tracking.clock,
    )

    async def deliver(job: Job) -> None:
        await delivery.deliver(job.payload["conversation"], job.payload["number"])

    return deliver
