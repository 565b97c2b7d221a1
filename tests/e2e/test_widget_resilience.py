"""Whatever breaks (socket, server, storage, WebSockets), the widget neither loses nor doubles a message."""

from playwright.sync_api import Page, expect

from tests.e2e.chat_process import ChatServer, OpenPage
from tests.e2e.shopper import box, bubbles, expect_said, open_chat, outbox_size, say

BLOCK_STORAGE = """
for (const area of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, area, { get() { throw new DOMException("blocked") } })
"""
BREAK_SOCKETS = "window.WebSocket = function () { throw new DOMException('forbidden') }"


def texts(server: ChatServer) -> list[object]:
    """What the server has stored, of its only conversation."""
    [room] = server.control("look")
    return [message["text"] for message in room]


def begun(page: Page) -> None:
    """A first exchange, so that there is something to keep."""
    open_chat(page)
    say(page, "Hi")
    expect_said(page, "Hi", "You said: Hi")


def try_now(page: Page) -> None:
    """Press the button, unless the widget has come back by itself, which takes the button away."""
    page.get_by_role("button", name="Try now").evaluate_all("buttons => buttons.forEach((button) => button.click())")


def test_a_reload_keeps_the_conversation_the_panel_and_the_draft(open_page: OpenPage) -> None:
    page = open_page()
    begun(page)
    box(page).fill("half a thou")
    page.reload()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_said(page, "Hi", "You said: Hi")
    expect(box(page)).to_have_value("half a thou")


def test_a_socket_cut_mid_answer_loses_and_doubles_nothing(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    begun(page)
    say(page, "slow")
    expect(page.get_by_text("The assistant is typing")).to_be_attached()
    chat_server.control("cut")
    chat_server.control("answer")
    expect_said(page, "Hi", "You said: Hi", "slow", "You said: slow")
    say(page, "and on")
    expect_said(page, "Hi", "You said: Hi", "slow", "You said: slow", "and on", "You said: and on")


def test_a_server_killed_mid_answer_loses_and_doubles_nothing(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    begun(page)
    say(page, "slow")
    expect(page.get_by_text("The assistant is typing")).to_be_attached()
    chat_server.kill()
    expect(page.get_by_text("No connection.")).to_be_visible()
    say(page, "While you were away")
    say(page, "Another")
    expect(page.locator(".unsent .meta")).to_have_text(["Waiting for the connection"] * 2)
    chat_server.start()
    try_now(page)
    said = ["Hi", "You said: Hi", "slow", "You said: slow", "While you were away", "You said: While you were away"]
    said += ["Another", "You said: Another"]
    expect_said(page, *said)
    assert texts(chat_server) == said
    assert outbox_size(page) == 0
    expect(page.get_by_text("No connection.")).to_have_count(0)


def test_messages_written_offline_survive_a_reload(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    begun(page)
    chat_server.kill()
    expect(page.get_by_text("No connection.")).to_be_visible()
    say(page, "Keep this")
    assert outbox_size(page) == 1
    chat_server.start()
    page.reload()
    expect_said(page, "Hi", "You said: Hi", "Keep this", "You said: Keep this")
    assert texts(chat_server).count("Keep this") == 1


def test_it_comes_back_by_itself(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    begun(page)
    chat_server.kill()
    say(page, "Still there?")
    expect(page.get_by_text("No connection.")).to_be_visible()
    chat_server.start()
    expect(bubbles(page)).to_have_count(4, timeout=60_000)
    expect_said(page, "Hi", "You said: Hi", "Still there?", "You said: Still there?")


def test_a_message_lost_on_the_way_is_sent_again(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    begun(page)
    say(page, "lose this")
    expect_said(page, "Hi", "You said: Hi", "lose this", "You said: lose this")
    assert texts(chat_server).count("lose this") == 1


def test_a_lost_acknowledgement_doubles_nothing(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    begun(page)
    say(page, "unheard")
    expect_said(page, "Hi", "You said: Hi", "unheard", "You said: unheard")
    assert texts(chat_server).count("unheard") == 1


def test_a_busy_server_gets_the_message_a_little_later(open_page: OpenPage) -> None:
    page = open_page()
    begun(page)
    say(page, "busy")
    expect(page.locator(".trouble .meta")).to_have_text("I can't take that this second.")
    expect(bubbles(page)).to_have_count(4, timeout=30_000)
    expect_said(page, "Hi", "You said: Hi", "busy", "You said: busy")


def test_an_unknown_visitor_starts_afresh_and_keeps_what_was_unsent(
    open_page: OpenPage, chat_server: ChatServer
) -> None:
    page = open_page()
    begun(page)
    chat_server.control("forget")
    say(page, "Who am I?")
    expect_said(page, "Who am I?", "You said: Who am I?")
    assert outbox_size(page) == 0


def test_blocked_storage_only_costs_the_memory_over_a_reload(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(BLOCK_STORAGE)
    page.reload()
    begun(page)
    page.reload()
    open_chat(page)
    expect(bubbles(page)).to_have_count(0)


def test_the_fallback_serves_where_websockets_are_refused(open_page: OpenPage, streaming_server: ChatServer) -> None:
    page = open_page(streaming_server.url)
    open_chat(page)
    say(page, "slow but sure")
    expect_said(page, "slow but sure")
    streaming_server.control("cut")
    streaming_server.control("answer")
    expect_said(page, "slow but sure", "You said: slow but sure")
    say(page, "lose this")
    say(page, "in order")
    said = ["slow but sure", "You said: slow but sure", "lose this", "You said: lose this"]
    expect(bubbles(page)).to_have_count(6)
    expect_said(page, *said, "in order", "You said: in order")


def test_the_fallback_survives_a_killed_server_and_a_forgotten_visitor(
    open_page: OpenPage, streaming_server: ChatServer
) -> None:
    page = open_page(streaming_server.url)
    begun(page)
    streaming_server.kill()
    expect(page.get_by_text("No connection.")).to_be_visible()
    say(page, "While away")
    streaming_server.start()
    try_now(page)
    expect_said(page, "Hi", "You said: Hi", "While away", "You said: While away")
    streaming_server.control("forget")
    say(page, "Afresh")
    expect_said(page, "Afresh", "You said: Afresh")


def test_a_browser_that_throws_on_websockets_uses_the_fallback(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(BREAK_SOCKETS)
    page.reload()
    begun(page)
