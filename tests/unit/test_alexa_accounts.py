"""Whose account a request speaks for, what is kept of another one's, and when linking is offered."""

from dataclasses import replace

import pytest

from skills.alexa import words
from skills.alexa.hearing import Heard, Session, conversation_of
from skills.alexa.linking import Accounts
from skills.alexa.talking import Saying
from support.model import Link, SignedIdentity

USER = "amzn1.ask.account.ONE"
JUNE = SignedIdentity(email="june@example.com", phone="+12025550117")
LINK = Link("link-1", "client-1", JUNE, frozenset({"orders:read"}))
NOBODY = SignedIdentity()
HEARD = Heard("WhereIsMyOrderIntent", "r-1", conversation_of(USER), user_id=USER, account_token="token")


def spoken_for(link: Link | None, heard: Heard = HEARD) -> Heard:
    asked: list[str] = []

    def linked(token: str) -> Link | None:
        asked.append(token)
        return link

    found = Accounts(linked, offered=True).of(heard)
    assert asked == ([heard.account_token] if heard.account_token else [])
    return found


def test_a_linked_account_vouches_for_its_shopper() -> None:
    found = spoken_for(LINK)
    assert (found.account, found.identity) == ("linked", JUNE)
    assert found.conversation == conversation_of(USER, "link-1") != conversation_of(USER)


def test_each_link_has_a_conversation_of_its_own() -> None:
    conversations = {spoken_for(replace(LINK, id=id_)).conversation for id_ in ("link-1", "link-2")}
    assert len(conversations | {spoken_for(None).conversation}) == 3


@pytest.mark.parametrize(
    "link",
    [
        None,
        replace(LINK, scopes=frozenset({"orders:help"})),
        replace(LINK, scopes=frozenset()),
        replace(LINK, resource="https://shop.example.com/mcp"),
    ],
    ids=["no longer good", "may not see orders", "may do nothing", "given for another place"],
)
def test_what_allows_nothing_is_no_link(link: Link | None) -> None:
    found = spoken_for(link)
    assert (found.account, found.identity, found.conversation) == ("ended", NOBODY, conversation_of(USER))


def test_without_a_token_nobody_is_asked() -> None:
    found = spoken_for(LINK, replace(HEARD, account_token=""))
    assert (found.account, found.identity, found.conversation) == ("none", NOBODY, conversation_of(USER))


def test_what_was_said_under_a_link_is_not_said_without_it() -> None:
    kept = Session(
        conversation_of(USER, "link-1"), said="Order 1004", asked="details", rest="More of it.", invited="yes"
    )
    assert spoken_for(LINK, replace(HEARD, session=kept)).session == kept
    for other in (None, replace(LINK, id="link-2")):
        assert spoken_for(other, replace(HEARD, session=kept)).session == Session(invited="yes")


ASKING = Saying("What's the number?", Session(said="What's the number?"), unnamed=True)


def inviting(heard: Heard, saying: Saying, offered: bool = True) -> Saying:
    return Accounts(lambda _: None, offered).invite(heard, saying)


def heard_as(account: str, invited: str = "") -> Heard:
    return replace(HEARD, account=account, session=Session(invited=invited))  # type: ignore[arg-type]


def test_who_names_no_order_is_offered_to_link_once() -> None:
    said = inviting(heard_as("none"), ASKING)
    assert (said.text, said.invites) == (f"{words.LINK_OFFER} {ASKING.text}", True)
    assert (said.session.said, said.session.invited) == (said.text, "yes")
    again = inviting(heard_as("none", said.session.invited), ASKING)
    assert (again.text, again.invites, again.session.invited) == (ASKING.text, False, "yes")


@pytest.mark.parametrize(
    "saying",
    [replace(ASKING, unnamed=False), replace(ASKING, ends=True), replace(ASKING, card={"number": "1004"})],
    ids=["an order was named", "it is over", "an order is shown"],
)
def test_where_it_would_not_help_nothing_is_offered(saying: Saying) -> None:
    assert not inviting(heard_as("none"), saying).invites


def test_a_skill_that_can_not_be_linked_offers_nothing() -> None:
    assert inviting(heard_as("none"), ASKING, offered=False).text == ASKING.text


def test_a_linked_account_is_offered_nothing() -> None:
    assert inviting(heard_as("linked"), ASKING).text == ASKING.text


def test_a_link_that_ended_is_told_of_whatever_was_asked() -> None:
    said = inviting(heard_as("ended"), Saying(words.GREETING))
    assert (said.text, said.invites) == (f"{words.LINK_ENDED} {words.GREETING}", True)
    assert inviting(heard_as("ended", "yes"), Saying(words.GREETING)).text == words.GREETING
