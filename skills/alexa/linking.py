"""Tells whose account a request speaks for, and invites to link one where that helps; knows no tokens' rules."""

from collections.abc import Callable
from dataclasses import replace

from skills.alexa import words
from skills.alexa.hearing import Heard, Session, conversation_of
from skills.alexa.talking import Saying
from support.model import Link

Noted = Callable[[str, str], None]
"""Hears which of Alexa's users spoke for which link."""
Linked = Callable[[str], Link | None]
"""Gives what an access token stands for, None for one that is no longer good. May raise Unavailable."""
SCOPE = "orders:read"


class Accounts:
    """Finds the account behind a request. A link that doesn't allow to see orders counts as none.

    `offered` says whether the skill can be linked at all: Alexa doesn't tell.
    """

    def __init__(self, linked: Linked, offered: bool, noted: Noted = lambda _user, _link: None) -> None:
        self._linked, self._offered, self._noted = linked, offered, noted

    def of(self, heard: Heard) -> Heard:
        """Return the request as made for the linked account, or for nobody in particular. May raise Unavailable.

        Each link has a conversation of its own, so that what was proven under it ends with it; what Alexa keeps of
        another conversation in the same session is dropped.
        """
        link = self._link(heard.account_token) if heard.account_token else None
        if link:
            self._noted(heard.user_id, link.id)
            spoken_for = replace(
                heard, conversation=conversation_of(heard.user_id, link.id), identity=link.identity, account="linked"
            )
        else:
            spoken_for = replace(heard, account="ended" if heard.account_token else "none")
        return spoken_for if heard.session.conversation == spoken_for.conversation else _anew(spoken_for)

    def _link(self, token: str) -> Link | None:
        link = self._linked(token)
        # A token that was given for another place, such as the assistants' own, is no good here.
        return link if link and SCOPE in link.scopes and not link.resource else None

    def invite(self, heard: Heard, saying: Saying) -> Saying:
        """Return what is said, with an invitation to link an account, once a session and where it helps.

        It helps who asked for orders without naming one, and who has linked an account that is linked no more.
        """
        kept = replace(saying.session, invited=heard.session.invited)
        if saying.ends or kept.invited or not self._helps(heard, saying):
            return replace(saying, session=kept)
        text = f"{words.LINK_ENDED if heard.account == 'ended' else words.LINK_OFFER} {saying.text}"
        return replace(saying, text=text, session=replace(kept, said=text, invited="yes"), invites=True)

    def _helps(self, heard: Heard, saying: Saying) -> bool:
        if heard.account == "none":
            return self._offered and saying.unnamed and not saying.card
        return heard.account == "ended"


def _anew(heard: Heard) -> Heard:
    return replace(heard, session=Session(invited=heard.session.invited))
