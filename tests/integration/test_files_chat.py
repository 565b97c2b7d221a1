"""Pictures by the widget's route: kept once, shown to their owner alone, noted on tickets, bounded, and swept."""

import asyncio
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from store.database import Database
from store.file_tables import files
from support import wording
from support.files import IN_ALL, MOST_BYTES, PER_HOUR, Refused
from support.model import Agent, TicketReason
from tests.pictures import PictureWorld, bomb, picture, picture_world
from tests.texts import rows


@pytest.fixture
def place(database: Database, tmp_path: Path) -> PictureWorld:
    return picture_world(database, tmp_path / "files")


async def upload(place: PictureWorld, data: bytes, token: str, id_: str = "p-1") -> httpx.Response:
    async with place.app.client(key=None) as client:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "image/jpeg"}
        return await client.post(f"/chat/files?id={id_}", content=data, headers=headers)


async def fetch(place: PictureWorld, id_: str, token: str, header: bool = False) -> httpx.Response:
    async with place.app.client(key=None) as client:
        if header:
            return await client.get(f"/chat/files/{id_}", headers={"Authorization": f"Bearer {token}"})
        return await client.get(f"/chat/files/{id_}", params={"token": token})


async def test_a_picture_becomes_a_message_and_is_its_owner_s_alone(place: PictureWorld, database: Database) -> None:
    conversation, token = place.visitors.new()
    assert (await upload(place, picture(), token)).status_code == 202
    shown, answer = await place.app.services.desk.history(conversation, 0)
    assert (shown.author, shown.text, shown.message_id) == ("shopper", wording.A_PICTURE, "p-1")
    assert shown.card is not None
    assert (shown.card["type"], shown.card["width"], shown.card["height"]) == ("picture", 64, 48)
    assert answer.text == wording.PICTURE_TAKEN
    assert place.app.bot.heard == []
    for header in (True, False):
        got = await fetch(place, shown.card["id"], token, header)
        assert got.status_code == 200
        assert got.content.startswith(b"\xff\xd8\xff")
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert got.headers["cache-control"] == "private, no-store"
    assert got.headers["content-disposition"].startswith('inline; filename="picture-')
    found = await place.files.read(shown.card["id"])
    assert found is not None
    assert found[1] == got.content
    (row,) = await rows(database, files)
    assert (row.size, row.author, row.conversation) == (len(got.content), "shopper", conversation)
    strangers = [await fetch(place, shown.card["id"], wrong) for wrong in ("", "x", place.visitors.new()[1])]
    strangers += [await fetch(place, other, token) for other in ("0" * 32, "a")]
    assert {stranger.status_code for stranger in strangers} == {404}
    assert len({stranger.text for stranger in strangers}) == 1
    assert (await fetch(place, "..%2f..%2fetc%2fpasswd", token)).status_code == 404


async def test_the_same_upload_again_does_nothing_twice(place: PictureWorld, database: Database) -> None:
    conversation, token = place.visitors.new()
    answers = await asyncio.gather(*(upload(place, picture(), token) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {202}
    assert len(await rows(database, files)) == len(place.on_disk()) == 1
    assert len(await place.app.services.desk.history(conversation, 0)) == 2


async def test_it_is_put_on_the_open_ticket(place: PictureWorld) -> None:
    conversation, token = place.visitors.new()
    tickets = place.app.services.tickets
    ticket = await tickets.open(conversation, TicketReason.DAMAGED, "Broken cup")
    await upload(place, picture(), token)
    last = await place.app.services.desk.last_reply(conversation)
    assert last is not None
    assert last.text == wording.PICTURE_NOTED.format(ticket=ticket.number)
    (file,) = await place.files.of(conversation)
    assert file.ticket == ticket.number
    assert [(line.what, line.detail) for line in await tickets.history(ticket.number)][-1] == (
        "picture",
        {"file": file.id},
    )


async def test_a_ticket_opened_later_takes_the_pictures_along(place: PictureWorld) -> None:
    conversation, token = place.visitors.new()
    for number in range(2):
        await upload(place, picture(), token, f"p-{number}")
    tickets = place.app.services.tickets
    ticket = await tickets.open(conversation, TicketReason.DAMAGED, "Broken cup")
    assert [file.ticket for file in await place.files.of(conversation)] == [ticket.number] * 2
    assert [line.what for line in await tickets.history(ticket.number)] == ["opened", "picture", "picture"]
    await tickets.open(conversation, TicketReason.DAMAGED, "Broken cup, still")
    assert [line.what for line in await tickets.history(ticket.number)].count("picture") == 2


async def test_a_person_who_has_the_conversation_is_not_talked_over(place: PictureWorld) -> None:
    conversation, token = place.visitors.new()
    await upload(place, picture(), token)
    await place.app.handover.take(conversation, Agent("a-1", "Ann"))
    await upload(place, picture(), token, "p-2")
    said = await place.app.services.desk.history(conversation, 0)
    assert [message.author for message in said] == ["shopper", "bot", "shopper"]


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"%PDF-1.7 a paper", 400, "not_a_picture"),
        (b"", 400, "not_a_picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", 400, "heic"),
        (picture(size=(300, 200))[:500], 400, "broken"),
        (bomb(), 413, "too_many_pixels"),
        (b"\xff\xd8\xff" + b"\0" * MOST_BYTES, 413, "too_big"),
    ],
    ids=["pdf", "nothing", "heic", "half", "bomb", "big"],
)
async def test_what_is_refused_leaves_nothing(
    place: PictureWorld, database: Database, data: bytes, status: int, code: str
) -> None:
    conversation, token = place.visitors.new()
    answer = await upload(place, data, token)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["text"]
    assert await rows(database, files) == []
    assert place.on_disk() == set()
    assert await place.app.services.desk.history(conversation, 0) == ()


async def test_without_a_token_or_a_good_id_nothing_is_read(place: PictureWorld, database: Database) -> None:
    assert (await upload(place, picture(), "forged")).status_code == 401
    _, token = place.visitors.new()
    assert (await upload(place, picture(), token, "no%20id")).status_code == 422
    assert await rows(database, files) == []


async def test_a_body_without_a_length_is_counted_as_it_comes(place: PictureWorld) -> None:
    _, token = place.visitors.new()

    async def endless() -> object:
        yield b"\xff\xd8\xff"
        for _ in range(200):
            yield b"\0" * 100_000

    async with place.app.client(key=None) as client:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await client.post("/chat/files?id=p-1", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_big")


async def test_so_many_an_hour_and_in_all_and_no_more(place: PictureWorld, database: Database) -> None:
    conversation, token = place.visitors.new()
    answers = await asyncio.gather(*(upload(place, picture(), token, f"p-{n}") for n in range(PER_HOUR + 4)))
    assert sorted(answer.status_code for answer in answers) == [202] * PER_HOUR + [429] * 4
    assert len(await rows(database, files)) == len(place.on_disk()) == PER_HOUR
    clock, start = place.app.services.clock, place.app.services.clock.now()
    for hour in range(1, 5):
        clock.now = lambda hour=hour: start + timedelta(hours=2 * hour)  # type: ignore[method-assign]
        for n in range(PER_HOUR):
            with suppress(Refused):
                await place.files.keep(conversation, f"h{hour}-{n}", picture())
    assert len(await place.files.of(conversation)) == IN_ALL
    assert len(place.on_disk()) == IN_ALL
    with pytest.raises(Refused) as refused:
        await place.files.keep(conversation, "one-more", picture())
    assert refused.value.code == "too_many"


async def test_a_picture_whose_answer_was_cut_short_is_answered_later(place: PictureWorld) -> None:
    conversation, token = place.visitors.new()
    desk = place.app.services.desk

    async def broken(_: str) -> object:
        raise RuntimeError("the process died here")

    thanks, desk.thanks = desk.thanks, broken  # type: ignore[method-assign,assignment]
    assert (await upload(place, picture(), token)).status_code == 500
    desk.thanks = thanks  # type: ignore[method-assign]
    assert (await upload(place, picture(), token)).status_code == 202
    said = await desk.history(conversation, 0)
    assert [message.text for message in said] == [wording.A_PICTURE, wording.PICTURE_TAKEN]
    assert len(await place.files.of(conversation)) == 1


async def test_what_a_crash_left_over_is_swept_and_nothing_else(place: PictureWorld, database: Database) -> None:
    _, token = place.visitors.new()
    await upload(place, picture(), token)
    (kept,) = place.on_disk()
    lost = ["a" * 32, "b" * 32]
    for id_ in lost:
        await place.shelf.put(id_, b"left over")
    half = place.shelf.path("c" * 32).with_suffix(".part")
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    assert await place.files.sweep() == 0  # all of them could be on their way to a row
    for path in (place.shelf.path(kept), place.shelf.path(lost[0]), half):
        old = path.stat().st_mtime - 2 * 24 * 3600
        os.utime(path, (old, old))
    assert await place.files.sweep() == 1
    assert place.on_disk() == {kept, lost[1]}


async def test_a_row_without_a_conversation_goes_in_time(place: PictureWorld, database: Database) -> None:
    await place.files.keep("web-gone", "p-1", picture())
    assert await place.files.sweep() == 0
    assert len(await rows(database, files)) == 1
    start = place.app.services.clock.now()
    place.app.services.clock.now = lambda: start + timedelta(days=2)  # type: ignore[method-assign]
    assert await place.files.sweep() == 1
    assert await rows(database, files) == []
    assert place.on_disk() == set()


async def test_names_and_folders_are_not_for_others_on_the_machine(place: PictureWorld) -> None:
    await place.files.keep("web-1", "p-1", picture())
    (name,) = place.on_disk()
    path = place.shelf.path(name)
    assert path.parent == place.folder / name[:2] / name[2:4]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    for bad in ("../../etc/passwd", "", "A" * 32, "a" * 31):
        with pytest.raises(ValueError, match="not an id"):
            place.shelf.path(bad)


async def test_while_a_large_picture_is_read_others_are_answered(place: PictureWorld) -> None:
    large = picture("PNG", size=(6000, 6000))
    _, token = place.visitors.new()
    uploading = asyncio.create_task(upload(place, large, token))
    beats = 0
    while not uploading.done():
        await asyncio.sleep(0.01)
        beats += 1
    assert uploading.result().status_code == 202
    assert beats > 5  # reading it on the loop would let it beat once
