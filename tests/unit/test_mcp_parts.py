"""Parts of the MCP server by themselves: speech, session names, tools and what may be passed to them."""

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from skills.mcp_server.sessions import Running, belongs, new_session
from skills.mcp_server.shapes import AboutOrder, Problem
from skills.mcp_server.speech import speakable
from skills.mcp_server.tools import TOOLS
from support.linking import SCOPES


@pytest.mark.parametrize(
    ("said", "spoken"),
    [
        ("Your order is on its way", "Your order is on its way."),
        ("Follow it: https://shop.example.com/t/abc?x=1", "Follow it: the website."),
        ("Write to help@shop.example.com.", "Write to the e-mail address."),
        ("Parcel 1Z999AA10123456784 is here.", "Parcel ending in 6 7 8 4 is here."),
        ("Order 1004 left on 2026-11-23.", "Order 1004 left on 2026-11-23."),
        ("Your ticket is T-1003.", "Your ticket is T-1003."),
        ("One:\ntwo;\n\nthree!", "One. two; three!"),
        ("Nul\x00 and \ud800 go.", "Nul and go."),
    ],
)
def test_a_reply_becomes_speech(said: str, spoken: str) -> None:
    assert speakable([said]) == spoken


def test_replies_follow_each_other() -> None:
    assert speakable(["It is late", "", "Sorry."]) == "It is late. Sorry."


@given(st.lists(st.text(max_size=80), max_size=4))
def test_whatever_is_said_is_whole_sentences_on_one_line(texts: list[str]) -> None:
    spoken = speakable(texts)
    assert spoken == "" or spoken[-1] in ".!?;"
    assert "\n" not in spoken
    assert "http://" not in speakable(["http://x.example/", *texts])


def test_a_session_belongs_to_its_link_only() -> None:
    session = new_session("link-1")
    assert belongs(session, "link-1")
    assert not belongs(session, "link-2")
    assert new_session("link-1") != session
    for other in ("", "x", session[:-1], session + "0", "\ud800", "0" * 64):
        assert not belongs(other, "link-1")


async def test_a_call_can_be_called_off_once_it_runs_and_not_another() -> None:
    running, ended = Running(), []

    async def call(key: tuple[str, str]) -> None:
        with running.entered(key) as scope:
            await anyio.sleep(0.2 if key[1] == "2" else 60)
        ended.append((key[1], scope.cancelled_caught))

    async with anyio.create_task_group() as group:
        group.start_soon(call, ("s", "1"))
        group.start_soon(call, ("s", "2"))
        await anyio.wait_all_tasks_blocked()
        running.cancel(("other", "1"))
        running.cancel(("s", "1"))
    assert sorted(ended) == [("1", True), ("2", False)]
    running.cancel(("s", "1"))


def test_every_scope_that_a_tool_needs_can_be_allowed() -> None:
    assert {tool.scope for tool in TOOLS.values()} == set(SCOPES)


@pytest.mark.parametrize("number", [None, "", "  "])
def test_a_number_may_be_left_out_or_blank(number: str | None) -> None:
    assert not AboutOrder(order_number=number).order_number


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_number": "1001", "kind": "stolen"},
        {"order_number": "", "kind": "late"},
        {"order_number": "1" * 61, "kind": "late"},
        {"order_number": "1001", "kind": "late", "details": "x" * 1001},
        {"order_number": "1001", "kind": "late", "more": 1},
        {"kind": "late"},
    ],
)
def test_a_report_is_bounded(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Problem.model_validate(wrong)
