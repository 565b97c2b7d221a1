"""Writes to shoppers outside their conversation, by mail or else by text, with a link that goes on with it."""

from alerts.media import media
from alerts.model import Outgoing
from channels.resume import resume_url
from doorstep.settings import Settings
from support import wording
from support.delivery import Contact
from support.model import Conversation, Message
from tracking.errors import NotConfigured


class Writing:
    """Implements `support.delivery.Elsewhere` with the media that are configured."""

    def __init__(self, settings: Settings, visitor_secret: str) -> None:
        self._settings, self._secret = settings, visitor_secret

    async def __call__(
        self, contact: Contact, conversation: Conversation, messages: tuple[Message, ...], key: str
    ) -> None:
        """Write what was said. Raises NotConfigured if no medium reaches the contact, Unavailable to try again."""
        link = resume_url(self._settings.public_url, self._secret, conversation.id)
        words = {"shop": self._settings.shop_name, "link": link, "said": "\n\n".join(m.text for m in messages)}
        for code, to, text in (
            ("email", contact.email, wording.AWAY_MAIL),
            ("sms", contact.phone, wording.AWAY_TEXT),
        ):
            medium = media().get(code)
            if to and medium and medium.ready(self._settings.value):
                subject = wording.AWAY_SUBJECT.format(**words)
                send = medium.sender(self._settings.value)
                await send(Outgoing(to, text.format(**words), key, subject))
                return
        raise NotConfigured("The shopper has left, and neither mail nor texts are configured to reach them.")
