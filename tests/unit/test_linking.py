"""The small parts of account linking: addresses of clients, contacts as typed, words of a code, what browsers carry."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request, Response
from hypothesis import given
from hypothesis import strategies as st
from smsutil import is_valid_gsm, split

from support.clients import checked_name, checked_redirects
from support.model import SignedIdentity
from tests.reports import FrozenClock
from tracking.errors import InvalidInput
from web.oauth.signing_in import read_contact
from web.oauth.visit import VISIT, Visits
from web.oauth.words import code_mail, code_text

BOTH = frozenset({"phone", "email"})


@pytest.mark.parametrize(
    "uri",
    [
        "https://layla.amazon.com/api/skill/link/M2AB",
        "https://assistant.example/callback?x=1&y=%20",
        "http://127.0.0.1:33418/",
        "http://localhost/callback",
        "https://shop.example.com",
    ],
)
def test_addresses_that_a_client_may_have(uri: str) -> None:
    assert checked_redirects([uri]) == (uri,)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "https://",
        "https:///path",
        "http://shop.example.com/",
        "http://127.0.0.1.evil.example.com/",
        "http://localhost@evil.example.com/",
        "https://a.example.com/#fragment",
        "https://a.example.com/\r\nSet-Cookie: x",
        "https://a.example.com/\n",
        "https://a.example.com/ b",
        'https://a.example.com/"',
        "https://a.example.com;x/",
        "https://a.example.com:port/",
        "https://é.example.com/",
        "HTTPS://a.example.com/",
        "ftp://a.example.com/",
        "javascript:alert(1)//https://a.example.com/",
        "//a.example.com/",
        "https://a.example.com/" + "x" * 600,
    ],
)
def test_addresses_that_it_may_not(uri: str) -> None:
    with pytest.raises(InvalidInput):
        checked_redirects([uri])


def test_how_many_addresses_and_which_names() -> None:
    for uris in ([], [f"https://a.example.com/{n}" for n in range(6)]):
        with pytest.raises(InvalidInput):
            checked_redirects(uris)
    assert checked_name(" My \n speaker ") == "My speaker"
    for name in ("", "  ", "x" * 81, "a\x00b", "a\u202eb"):
        with pytest.raises(InvalidInput):
            checked_name(name)


@pytest.mark.parametrize(
    ("written", "contact"),
    [
        (" Robin@Example.COM ", SignedIdentity(email="robin@example.com")),
        ("+1 (202) 555-0142", SignedIdentity(phone="+12025550142")),
        ("+44 20 7946 0018", SignedIdentity(phone="+442079460018")),
    ],
)
def test_contacts_as_people_type_them(written: str, contact: SignedIdentity) -> None:
    assert read_contact(written, BOTH) == contact


@pytest.mark.parametrize(
    "written", ["", " ", "robin", "202 555 0142", "robin@", "a@b c", "+1", "a@b@c", "\x00", "é" * 255]
)
def test_what_is_no_contact_is_said_kindly(written: str) -> None:
    said = read_contact(written, BOTH)
    assert isinstance(said, str)
    assert "lease" in said


@given(st.text(max_size=255))
def test_any_contact_is_read_or_refused(written: str) -> None:
    found = read_contact(written, BOTH)
    assert isinstance(found, str) or bool(found.phone) != bool(found.email)


@pytest.mark.parametrize("shop", ["the shop", "Lantern & Loom", "Zoë’s “Kettles” ☕", "x" * 300, "{{ code }}", ""])
def test_a_text_is_one_plain_segment(shop: str) -> None:
    text = code_text(shop, "012345")
    assert is_valid_gsm(text)
    assert len(split(text).parts) == 1
    assert text.startswith("012345 is your code")


def test_a_mail_says_the_code_and_escapes_the_shop() -> None:
    mail = code_mail("Lantern <& Loom>", "012345")
    assert "012345" in mail.subject
    assert "012345" in mail.text
    assert "012345" in mail.html
    assert "Lantern <& Loom>" in mail.text
    assert "Lantern &lt;&amp; Loom&gt;" in mail.html


class Carried:
    """Visits with a browser that keeps one cookie."""

    def __init__(self, kind: str = "linking", secret: str = "test-secret") -> None:
        self.clock = FrozenClock()
        services: Any = SimpleNamespace(clock=self.clock, encrypted=True, secret=secret)
        self.visits = Visits(services, kind)

    def request(self, response: Response) -> Request:
        cookie = response.headers["set-cookie"].split(";")[0]
        return Request({"type": "http", "headers": [(b"cookie", cookie.encode())]})


def test_a_visit_comes_back_as_it_left() -> None:
    carried = Carried()
    visit = replace(carried.visits.new({"state": "é\n" * 9}), contact=SignedIdentity("+12025550142", ""), proven=True)
    request = carried.request(carried.visits.keep(Response(), visit))
    assert carried.visits.of(request) == visit
    carried.clock.at += VISIT - timedelta(seconds=1)
    assert carried.visits.of(request) == visit
    carried.clock.at += timedelta(seconds=1)
    assert carried.visits.of(request) is None


def test_a_visit_is_of_one_kind_and_of_one_secret() -> None:
    carried = Carried()
    request = carried.request(carried.visits.keep(Response(), carried.visits.new()))
    assert Carried().visits.of(request) is not None
    assert Carried(secret="other").visits.of(request) is None
    account = Carried("account")
    renamed = request.headers["cookie"].replace("linking", "account")
    assert account.visits.of(Request({"type": "http", "headers": [(b"cookie", renamed.encode())]})) is None


def test_form_tokens_belong_to_one_visit() -> None:
    visits = Carried().visits
    one, other = visits.new(), visits.new()
    assert visits.is_ours(one, visits.form_token(one))
    for token in (visits.form_token(other), "", "é", visits.form_token(one).upper()):
        assert not visits.is_ours(one, token)
    assert not visits.is_ours(one.as_proven(), visits.form_token(one))
    assert not Carried("account").visits.is_ours(one, visits.form_token(one))


def test_a_visit_must_fit_a_cookie() -> None:
    visits = Carried().visits
    assert visits.fits(visits.new({"state": "a" * 500}))
    assert not visits.fits(visits.new({"state": "".join(map(chr, range(200, 4000)))}))
