"""Stand-ins for helpdesks on loopback, one module each, speaking their documented wire formats."""

from tests.helpdesk_stands.base import Stand
from tests.helpdesk_stands.chatwoot import ChatwootStand
from tests.helpdesk_stands.freshdesk import FreshdeskStand
from tests.helpdesk_stands.gorgias import GorgiasStand
from tests.helpdesk_stands.zendesk import ZendeskStand

STANDS: dict[str, type[Stand]] = {
    stand.code: stand for stand in (ChatwootStand, FreshdeskStand, GorgiasStand, ZendeskStand)
}
