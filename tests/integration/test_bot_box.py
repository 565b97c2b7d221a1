"""The bot box as a process: its door, its replies and its failures, on the real Rasa with a tiny assistant."""

import json
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.integration.bot_box import ASK_POSTCODE, FOUND, LONG, SECRET, Actions, BotBox

pytest_plugins = ["tests.integration.bot_fixtures"]


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
        assert "hacked" not in json.dumps([e for e in box.stored(sender) if e["event"] == "slot"])

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
        threads = [threading.Thread(target=box.turn, args=(sender, "tell me a joke")) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(event["event"] == "user" for event in box.stored(sender)) == 2


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
