"""Runs the real bot box on the tiny assistant, with actions served from the test process."""

import hashlib
import json
import os
import socket
import sqlite3
import subprocess
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

ROOT = Path(__file__).resolve().parents[2]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
TINY = Path(__file__).with_name("tiny_assistant")
SECRET = "a-secret-of-the-tests"
ASK_POSTCODE = "Which postcode?"
FOUND = "Order 1001 to AB12 is on its way\nIt left the depot."
LONG = ["hello", "tell me a joke", "thanks", "speak to a person"] * 8
READY_SECONDS = 60
TRAIN_SECONDS = 240


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tiny_model() -> Path:
    """Train the tiny assistant once for each version of its files."""
    sources = sorted(TINY.glob("*.yml"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    model = ROOT / "var" / "tests" / f"tiny-{digest}.tar.gz"
    if not model.exists():
        command = [str(BOT_PYTHON), "-W", "ignore", "-m", "rasa", "train", "--config", "config.yml"]
        command += ["--domain", "domain.yml", "--data", "data.yml", "--out", str(model.parent)]
        # A name of its own first: a run that is cut short, or a second worker, must not leave half a model.
        part = f"part-{uuid.uuid4().hex}"
        env = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
        command += ["--fixed-model-name", part]
        subprocess.run(command, cwd=TINY, env=env, check=True, capture_output=True, timeout=TRAIN_SECONDS)
        (model.parent / f"{part}.tar.gz").rename(model)
    return model


class ShowOrder(Action):
    def name(self) -> str:
        return "action_show_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        dispatcher.utter_message(response="utter_found")
        dispatcher.utter_message(text="It left the depot.")
        dispatcher.utter_message(json_message={"card": {"number": tracker.get_slot("order_number")}})
        return [SlotSet("order_number", None), SlotSet("postcode", None)]


class Loose(Action):
    def name(self) -> str:
        return "action_loose"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        dispatcher.utter_message(text="A number or postcode, but no question")
        return [SlotSet("order_number", None)]


class Spin(Action):
    def name(self) -> str:
        return "action_spin"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        return [FollowupAction("action_spin")]


class Person(Action):
    def name(self) -> str:
        return "action_card"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        dispatcher.utter_message(text="Shall I get a person?", buttons=[{"title": "Yes", "payload": "/human"}])
        return []


class ValidateOrderForm(FormValidationAction):
    def name(self) -> str:
        return "validate_order_form"

    def validate_postcode(self, value: Any, dispatcher: CollectingDispatcher, *_: Any) -> dict[str, Any]:
        if value == "CD34":
            dispatcher.utter_message(text="That is not its postcode")
            return {"postcode": None}
        return {"postcode": value}


class Actions:
    """The app's side of the loop, in a thread; `failing` makes every call end in a 500."""

    def __init__(self) -> None:
        self.failing = False
        self.wrong_secrets = 0
        self.largest_call = 0
        self.port = free_port()
        executor = ActionExecutor()
        for action in (ShowOrder(), Loose(), Spin(), Person(), ValidateOrderForm()):
            executor.register_action(action)
        app = FastAPI()

        @app.post("/actions")
        async def run(request: Request) -> Any:
            body = await request.body()
            self.largest_call = max(self.largest_call, len(body))
            self.wrong_secrets += request.headers.get("X-Doorstep-Secret") != SECRET
            return Response(status_code=500) if self.failing else await executor.run(json.loads(body))

        self._server = uvicorn.Server(uvicorn.Config(app, port=self.port, log_level="warning"))
        threading.Thread(target=self._server.run, daemon=True).start()

    def stop(self) -> None:
        self._server.should_exit = True


class BotBox:
    """A bot box process and a client for it."""

    def __init__(self, folder: Path, actions: Actions, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / f"bot-{self.port}.log"
        self.env = {
            **os.environ,
            "DOORSTEP_BOT_SECRET": SECRET,
            "DOORSTEP_BOT_PORT": str(self.port),
            "DOORSTEP_BOT_MODEL": str(tiny_model()),
            "DOORSTEP_BOT_DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
            "DOORSTEP_ACTIONS_URL": f"http://127.0.0.1:{actions.port}/actions",
            "DOORSTEP_REDIS_URL": "",
            **settings,
        }
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [str(BOT_PYTHON), "-m", "bot"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return self.client.get("/webhooks/desk/").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, seconds: float = 10) -> int:
        self.process.terminate()
        return self.process.wait(seconds)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def post(self, body: Any, secret: str = SECRET) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post("/webhooks/desk/webhook", content=content, headers={"X-Doorstep-Secret": secret})

    def turn(self, sender: str, text: str, **fields: Any) -> dict[str, Any]:
        answer = self.post({"sender": sender, "text": text, **fields})
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def say(self, sender: str, text: str, **fields: Any) -> str:
        """Say something and return the texts of the replies."""
        return "\n".join(reply["text"] for reply in self.turn(sender, text, **fields)["replies"])

    def stored(self, sender: str) -> list[dict[str, Any]]:
        """The events that are kept of a conversation."""
        with sqlite3.connect(self.folder / "bot.db") as database:
            query = "SELECT events FROM bot_sessions WHERE sender_id = ?"
            (events,) = database.execute(query, (sender,)).fetchone()
        loaded: list[dict[str, Any]] = json.loads(events)
        return loaded

    def age(self, sender: str, seconds: float) -> None:
        """Make a conversation look as if it had been idle."""
        events = self.stored(sender)
        for event in events:
            event["timestamp"] -= seconds
        with sqlite3.connect(self.folder / "bot.db") as database:
            database.execute(
                "UPDATE bot_sessions SET events = ?, updated_at = updated_at - ? WHERE sender_id = ?",
                (json.dumps(events), seconds, sender),
            )
