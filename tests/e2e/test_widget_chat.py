"""The widget as shoppers use it: messages, buttons, cards, hand-over, tabs and unread counts."""

import re

from playwright.sync_api import expect

from tests.e2e.chat_process import ChatServer, OpenPage
from tests.e2e.shopper import box, bubbles, expect_said, open_chat, outbox_size, say


def test_a_message_is_answered_once_and_acknowledged(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    say(page, "Hello there")
    expect_said(page, "Hello there", "You said: Hello there")
    assert outbox_size(page) == 0
    expect(page.locator(".item.bot time").last).to_have_text(re.compile(r"\d\d?:\d\d"))


def test_nobody_is_contacted_before_the_shopper_opens_the_chat(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    expect(page.get_by_role("button", name="Open chat")).to_be_visible()
    assert chat_server.control("look") == []
    open_chat(page)
    say(page, "Hi")
    expect_said(page, "Hi", "You said: Hi")
    assert len(chat_server.control("look")) == 1


def test_suggestions_start_the_conversation(open_page: OpenPage) -> None:
    page = open_page(suggestions="Where is it?|Help")
    open_chat(page)
    page.get_by_role("button", name="Where is it?").click()
    expect_said(page, "Where is it?", "You said: Where is it?")
    expect(page.get_by_role("button", name="Help", exact=True)).to_have_count(0)


def test_a_button_sends_its_payload_and_shows_its_title(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    open_chat(page)
    say(page, "buttons")
    page.get_by_role("button", name="Order 1002, teapot").click()
    payload = '/choose_order{"number": "1002"}'
    talk = ["buttons", "Which order do you mean?", "Order 1002, teapot", f"You said: {payload}"]
    expect_said(page, *talk)
    assert [message["text"] for message in chat_server.control("look")[0]][2] == payload
    page.reload()
    expect_said(page, *talk)


def test_buttons_belong_to_the_newest_message_only(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    say(page, "buttons")
    expect(page.get_by_role("button", name="Order 1001, blue shoes")).to_be_visible()
    say(page, "something else")
    expect_said(page, "buttons", "Which order do you mean?", "something else", "You said: something else")
    expect(page.get_by_role("group", name="Suggested replies")).to_be_hidden()


def test_order_card_shows_state_scan_window_and_link(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    say(page, "card")
    card = page.get_by_role("region", name="Order 1001")
    expect(card.locator(".headline")).to_have_text("On its way")
    expect(card.locator(".steps li")).to_have_text(
        ["Ordered", "Shipped", "In transit", "Out for delivery", "Delivered"]
    )
    expect(card.locator("[aria-current=step]")).to_have_text("In transit")
    expect(card.locator(".scan")).to_contain_text("Left the sorting centre · Springfield")
    expect(card.locator(".scan time")).to_contain_text("2 hours ago")
    expect(card.locator(".arrival")).to_have_text(re.compile(r"Expected \w+"))
    expect(card.locator(".checked")).to_have_text("Carrier last checked 5 minutes ago")
    link = card.get_by_role("link", name="Track with UPS")
    expect(link).to_have_attribute("href", "https://parcels.example/1Z")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_card_of_several_parcels_names_the_one_never_scanned(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    say(page, "split")
    expect(page.locator(".parcel")).to_have_count(2)
    expect(page.locator(".parcel").nth(1)).to_contain_text("Not scanned by the carrier yet")


def test_card_off_the_road_has_no_state_bar_and_no_unsafe_link(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    say(page, "exception")
    expect(page.locator(".headline")).to_have_text("Held: address incomplete")
    expect(page.locator(".steps")).to_have_count(0)
    say(page, "delivered")
    expect(page.locator(".steps .done")).to_have_count(5)
    expect(page.locator(".card a")).to_have_count(0)


def test_a_person_can_be_asked_for_and_is_announced(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    open_chat(page)
    expect(page.locator(".status")).to_have_text("Automatic assistant")
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator(".status")).to_have_text("You're talking with a person")
    expect(page.get_by_role("button", name="Talk to a person")).to_be_hidden()
    chat_server.control("say", "Hello, this is Sam.")
    expect(page.locator(".item.agent .bubble")).to_have_text("Hello, this is Sam.")
    expect(page.locator(".item.agent .author")).to_have_text("Support team")
    page.reload()
    expect(page.locator(".status")).to_have_text("You're talking with a person")


def test_a_double_click_is_one_wish(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    page.get_by_role("button", name="Talk to a person").dblclick()
    expect(page.locator(".status")).to_have_text("You're talking with a person")
    expect(page.locator(".item.shopper .bubble")).to_have_text(["Talk to a person"])


def test_typing_shows_until_the_answer_comes(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    open_chat(page)
    say(page, "slow")
    expect(page.get_by_text("The assistant is typing")).to_be_attached()
    chat_server.control("answer")
    expect_said(page, "slow", "You said: slow")
    expect(page.get_by_text("The assistant is typing")).to_have_count(0)


def test_shift_enter_breaks_the_line_and_lines_stay(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    box(page).press_sequentially("one")
    box(page).press("Shift+Enter")
    box(page).press_sequentially("two")
    box(page).press("Enter")
    expect(bubbles(page).first).to_have_text("one\ntwo", use_inner_text=True)


def test_the_length_limit_shows_before_it_bites(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    send = page.get_by_role("button", name="Send message")
    expect(send).to_be_disabled()
    box(page).fill("x" * 1900)
    expect(page.locator(".counter")).to_have_text("100 characters left")
    box(page).fill("😀" * 2001)
    expect(page.locator(".counter")).to_have_text("1 character too long")
    expect(send).to_be_disabled()
    box(page).press("Enter")
    expect(bubbles(page)).to_have_count(0)
    box(page).fill("😀" * 2000)
    expect(send).to_be_enabled()


def test_a_refused_message_says_why_and_is_not_sent_again(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    say(page, "refuse this")
    expect(page.locator(".trouble .meta")).to_have_text("I can't read that.")
    assert outbox_size(page) == 0


def test_unread_messages_are_counted_while_closed_and_over_a_reload(
    open_page: OpenPage, chat_server: ChatServer
) -> None:
    page = open_page()
    open_chat(page)
    say(page, "Hi")
    expect_said(page, "Hi", "You said: Hi")
    page.get_by_role("dialog").get_by_role("button", name="Close chat").click()
    chat_server.control("say", "One")
    expect(page.get_by_role("button", name="Open chat, 1 unread message")).to_be_visible()
    page.reload()
    chat_server.control("say", "Two")
    page.get_by_role("button", name="Open chat, 2 unread messages").click()
    expect_said(page, "Hi", "You said: Hi", "One", "Two")
    expect(page.locator(".badge")).to_be_hidden()


def test_two_tabs_show_the_same_conversation(open_page: OpenPage, base_url: str) -> None:
    first = open_page()
    second = first.context.new_page()
    second.goto(f"{base_url}/page")
    open_chat(first)
    open_chat(second)
    say(first, "From the first")
    expect_said(second, "From the first", "You said: From the first")
    say(second, "From the second")
    talk = ("From the first", "You said: From the first", "From the second", "You said: From the second")
    expect_said(first, *talk)
    expect_said(second, *talk)


def test_the_newest_message_stays_in_sight_until_one_scrolls_up(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    open_chat(page)
    for count, text in enumerate(("card", "split", "card again"), start=1):
        say(page, text)
        expect(bubbles(page)).to_have_count(2 * count)
    expect(page.locator(".card").last.locator(".checked")).to_be_in_viewport()
    box(page).fill("\n".join(["six", "lines", "of", "it"] * 2))
    expect(page.locator(".card").last.locator(".checked")).to_be_in_viewport()
    page.locator(".scroller").evaluate("(scroller) => scroller.scrollTo(0, 0)")
    chat_server.control("say", "Something new")
    expect(bubbles(page).last).to_have_text("Something new")
    expect(bubbles(page).last).not_to_be_in_viewport()
    page.get_by_role("button", name="Newest messages").click()
    expect(bubbles(page).last).to_be_in_viewport()


def test_the_page_can_open_and_close_the_chat(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("Doorstep.open()")
    expect(page.get_by_role("dialog", name="Order help")).to_be_visible()
    page.evaluate("Doorstep.close()")
    expect(page.get_by_role("dialog")).to_have_count(0)
