"""Pictures in the widget, against the real chat: chosen, shown, refused in words, there again, read by agents."""

import asyncio
import io
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from store.database import Database
from support import wording
from support.files import File
from tests.e2e.chat_process import ROOT, ChatServer
from tests.e2e.shopper import bubbles, open_chat, say
from tests.e2e.test_widget_access import PHONE, serious
from tests.pictures import picture, picture_world

COLORS = """(canvas) => [0.25, 0.75].map((x) => [...canvas.getContext("2d")
  .getImageData(Math.floor(canvas.width * x), Math.floor(canvas.height / 2), 1, 1).data].slice(0, 3))"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Where the chat is, and its database."""
    folder = tmp_path_factory.mktemp("pictures")
    port = ChatServer(folder).port
    command = [sys.executable, "-m", "tests.e2e.picture_server", "--port", str(port), "--file", str(folder / "chat.db")]
    process = subprocess.Popen(command, cwd=ROOT)
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/widget.js", trust_env=False).is_success:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url, folder / "chat.db"
    process.kill()
    process.wait()


@pytest.fixture
def page(browser: Browser, server: tuple[str, Path]) -> Iterator[Page]:
    """A shop page in a new profile, the chat open, its console's complaints noted."""
    context = browser.new_context(locale="en-GB")
    opened = context.new_page()
    opened.on("filechooser", lambda _: None)  # from now on none opens by itself, also where one is awaited late
    opened.goto(f"{server[0]}/page")
    open_chat(opened)
    yield opened
    context.close()


def choose(page: Page, data: bytes, name: str = "cup.jpg", kind: str = "image/jpeg") -> None:
    """Press the button and choose a file."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add a picture").click()
    chooser.value.set_files([FilePayload(name=name, mimeType=kind, buffer=data)])


def thumbnail(page: Page, number: int = 0) -> Any:
    """The picture that stands in the conversation."""
    return page.get_by_role("img", name="Picture").nth(number)


def is_red_and_blue(page: Page) -> None:
    """The picture is really drawn: its left half is red, its right half blue."""
    for _ in range(100):
        left, right = thumbnail(page).evaluate(COLORS)
        if left[0] > 200 > 60 > left[2] and right[2] > 200 > 60 > right[0]:
            return
        page.wait_for_timeout(50)
    pytest.fail(f"the picture shows {left} and {right}")


def read_by_agents(file: Path) -> list[tuple[File, bytes]]:
    """What the agents' service reads, in a thread: playwright's loop has this one."""
    found: list[tuple[File, bytes]] = []

    async def read() -> None:
        database = Database(f"sqlite:///{file}")
        try:
            place = picture_world(database, file.parent / "files")
            for name in place.on_disk():
                kept = await place.files.read(name)
                found.extend([kept] if kept else [])
        finally:
            await database.close()

    thread = Thread(target=lambda: asyncio.run(read()))
    thread.start()
    thread.join()
    return found


def test_a_picture_is_chosen_shown_and_read_by_agents(page: Page, server: tuple[str, Path]) -> None:
    before = len(read_by_agents(server[1]))
    choose(page, picture(size=(640, 480)))
    expect(thumbnail(page)).to_be_visible()
    expect(bubbles(page).last).to_have_text(wording.PICTURE_TAKEN)
    expect(page.locator(".unsent")).to_have_count(0)
    is_red_and_blue(page)
    say(page, "It came broken")
    expect(bubbles(page).last).to_have_text("You said: It came broken")
    kept = read_by_agents(server[1])
    assert len(kept) == before + 1
    assert all(Image.open(io.BytesIO(data)).size == (file.width, file.height) for file, data in kept)
    page.reload()
    expect(thumbnail(page)).to_be_visible()
    is_red_and_blue(page)
    expect(page.locator(".log img, .log script")).to_have_count(0)


def test_the_first_thing_said_may_be_a_picture_of_any_kind(page: Page) -> None:
    choose(page, picture("PNG", mode="RGBA"), "cup.png", "image/png")
    expect(bubbles(page)).to_have_count(2)
    is_red_and_blue(page)


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"%PDF-1.7 a paper", "image/jpeg", wording.NOT_A_PICTURE),
        (b"%PDF-1.7 a paper", "application/pdf", "I can only take pictures"),
        (b"\0\0\0\x18ftypheic\0\0\0\0\0\0", "image/heic", wording.PICTURE_IS_HEIC),
        (b"\xff\xd8\xff" + b"\0" * (10 * 1024 * 1024), "image/jpeg", "That picture is too big."),
        (picture(size=(300, 200))[:500], "image/jpeg", wording.PICTURE_IS_BROKEN),
    ],
    ids=["disguised", "pdf", "heic", "big", "broken"],
)
def test_what_cannot_be_taken_is_said_so_and_can_be_followed(page: Page, data: bytes, kind: str, words: str) -> None:
    choose(page, data, "file.bin", kind)
    expect(page.locator(".trouble .meta")).to_contain_text(words)
    choose(page, picture())
    expect(page.locator(".trouble")).to_have_count(0)
    expect(bubbles(page).last).to_have_text(wording.PICTURE_TAKEN)


def test_everybody_can_do_it(browser: Browser, server: tuple[str, Path]) -> None:
    for scheme, look in (("light", {}), ("dark", PHONE)):
        context = browser.new_context(locale="en-GB", color_scheme=scheme, bypass_csp=True, **look)  # type: ignore[arg-type]
        opened = context.new_page()
        opened.goto(f"{server[0]}/page")
        open_chat(opened)
        choose(opened, b"%PDF-1.7 a paper")
        expect(opened.locator(".trouble")).to_have_count(1)
        assert serious(opened) == []
        choose(opened, picture())
        expect(bubbles(opened).last).to_have_text(wording.PICTURE_TAKEN)
        assert serious(opened) == []
        context.close()


def test_it_is_reached_by_keyboard(page: Page) -> None:
    page.get_by_role("textbox", name="Your message").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add a picture")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files([FilePayload(name="cup.jpg", mimeType="image/jpeg", buffer=picture())])
    expect(bubbles(page).last).to_have_text(wording.PICTURE_TAKEN)
    expect(page.get_by_role("textbox", name="Your message")).to_be_focused()


def test_without_a_connection_it_waits_and_goes_once(page: Page, server: tuple[str, Path]) -> None:
    say(page, "hello")
    expect(bubbles(page)).to_have_count(2)
    before = len(read_by_agents(server[1]))
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    choose(page, picture())
    expect(thumbnail(page)).to_be_visible()
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".unsent")).to_have_count(0, timeout=30_000)
    expect(bubbles(page).last).to_have_text(wording.PICTURE_TAKEN)
    assert len(read_by_agents(server[1])) == before + 1
