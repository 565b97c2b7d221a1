"""A small stand-in for the chat server: speaks the widget's protocol from a file of messages; has no orders, no bot.

Words in a shopper's message choose what happens: `buttons`, `card`, `hostile`, `person` and so on (see `ANSWERS`).
`slow` leaves the answer open until /control/answer or a restart; `lose` drops the connection before the message is
stored, `unheard` after it is stored but before it is acknowledged; `busy` refuses the first try.
"""

import argparse
import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

from tests.e2e.widget_answers import ANSWERS, Frame
from web.widget import router as widget_router


class Room:
    """One visitor's conversation: its messages, and the frame queues of everyone who listens."""

    def __init__(self) -> None:
        self.messages: list[Frame] = []
        self.owner = "bot"
        self.listeners: set[asyncio.Queue[Frame | None]] = set()
        self.tried_ids: set[str] = set()

    def tell(self, frame: Frame) -> None:
        """Send a frame to every tab."""
        for queue in self.listeners:
            queue.put_nowait(frame)

    def cut(self) -> None:
        """Close every connection without a word."""
        for queue in self.listeners:
            queue.put_nowait(None)

    def after(self, number: int) -> list[Frame]:
        """The messages with a higher number."""
        return [message for message in self.messages if message["number"] > number]


class Stand:
    """All rooms, kept in a file so that a killed and restarted server knows them again."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.rooms: dict[str, Room] = {}
        for line in file.read_text().splitlines() if file.exists() else []:
            token, message = json.loads(line)
            self.rooms.setdefault(token, Room())
            if message:
                self.rooms[token].messages.append(message)
        for token in self.rooms:
            self.answer_open(token)

    def write(self, token: str, message: Frame | None) -> None:
        """Append one line; a null message only makes the visitor known."""
        with self.file.open("a") as file:
            file.write(json.dumps([token, message]) + "\n")

    def clear(self) -> None:
        """Forget every visitor, as if nobody had ever been here."""
        for room in self.rooms.values():
            room.cut()
        self.rooms.clear()
        self.file.unlink(missing_ok=True)

    def enter(self, token: str | None) -> str | None:
        """The visitor's token, a new one for None, or None for a token nobody knows."""
        if token is None:
            token = secrets.token_urlsafe(8)
            self.rooms[token] = Room()
            self.write(token, None)
        return token if token in self.rooms else None

    def say(self, token: str, author: str, text: str, **more: Any) -> None:
        """Store a message, then tell everyone."""
        room = self.rooms[token]
        at = datetime.now(UTC).isoformat()
        message = {"number": len(room.messages) + 1, "author": author, "id": None, "text": text, "at": at}
        message |= {"buttons": [], "card": None} | more
        room.messages.append(message)
        self.write(token, message)
        room.tell({"type": "message", **message})

    def receive(self, token: str, message_id: str, text: str) -> Frame | None:
        """Take a shopper's message once; an error frame when it is refused."""
        room = self.rooms[token]
        if any(message["id"] == message_id for message in room.messages):
            return None
        if "lose" in text and message_id not in room.tried_ids:
            room.tried_ids.add(message_id)
            room.cut()
            return None
        if "busy" in text and message_id not in room.tried_ids:
            room.tried_ids.add(message_id)
            return {"type": "error", "code": "unavailable", "id": message_id, "text": "I can't take that this second."}
        if "refuse" in text:
            return {"type": "error", "code": "bad_request", "id": message_id, "text": "I can't read that."}
        if "unheard" in text:
            room.cut()
        self.say(token, "shopper", text, id=message_id)
        room.tell({"type": "typing", "author": "bot", "on": True})
        if "slow" not in text:
            self.answer_open(token)
        return None

    def answer_open(self, token: str) -> None:
        """Answer each message that has no answer yet."""
        room = self.rooms[token]
        open_ones = [m for m in room.messages if m["author"] == "shopper"]
        for message in open_ones[sum(m["author"] == "bot" for m in room.messages) :]:
            word = next((word for word in ANSWERS if word in message["text"]), None)
            answer = dict(ANSWERS[word]) if word else {"text": f"You said: {message['text']}"}
            owner = answer.pop("owner", None)
            self.say(token, "bot", **answer)
            if owner:
                room.owner = owner
                room.tell({"type": "owner", "owner": owner})

    def welcome(self, token: str, after: int) -> Frame:
        """The first frame of a connection."""
        room = self.rooms[token]
        said = {"owner": room.owner, "messages": room.after(after), "notify": "BNotify-Key"}
        return {"type": "welcome", "token": token, **said}


BAD_TOKEN: Frame = {"type": "error", "code": "bad_token", "text": "Please start again."}


def page(params: dict[str, str]) -> str:
    """A shop page with the widget; `style` and the data attributes come from the query."""
    style = params.pop("style", "")
    attributes = "".join(f' data-{name}="{value}"' for name, value in params.items())
    return f"""<!doctype html><html lang="en"><head><title>Example shop</title><meta name="viewport"
      content="width=device-width, initial-scale=1">{f"<style>{style}</style>" if style else ""}
      <script src="http://127.0.0.1:{{port}}/widget.js" defer{attributes}></script></head>
      <body><main><h1>Example shop</h1><p>Plainly fictional goods.</p><input id="shop-search" aria-label="Search">
      </main></body></html>"""


def build(file: Path, port: int, websocket: bool) -> FastAPI:
    """The stand-in as an app; without `websocket` it refuses every socket."""
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
    app.include_router(widget_router)
    stand = Stand(file)
    add_pages(app, port)
    add_control(app, stand)
    add_fallback(app, stand)
    if websocket:
        add_socket(app, stand)
    return app


def add_pages(app: FastAPI, port: int) -> None:
    """The shop page; the query parameter `csp` becomes its content security policy."""

    @app.get("/page")
    async def shop(request: Request) -> HTMLResponse:
        params = dict(request.query_params)
        csp = params.pop("csp", "")
        headers = {"Content-Security-Policy": csp} if csp else {}
        return HTMLResponse(page(params).replace("{port}", str(port)), headers=headers)

    @app.post("/chat/notify")
    async def notify(body: Frame) -> Response:
        known = body["order"] == "1001"
        return JSONResponse(
            {"url": f"http://127.0.0.1:{port}/track/{body['order']}"} if known else {}, 200 if known else 404
        )

    @app.get("/track/{number}")
    async def track(number: str) -> HTMLResponse:
        return HTMLResponse(f"<!doctype html><title>Order {number}</title>")


def add_control(app: FastAPI, stand: Stand) -> None:
    """What a test does to the conversation from outside."""

    @app.post("/control/{action}")
    async def control(action: str, request: Request) -> Frame:
        body = (await request.body()).decode()
        for token, room in list(stand.rooms.items()):
            if action == "cut":
                room.cut()
            elif action == "answer":
                stand.answer_open(token)
            elif action == "say":
                stand.say(token, "agent", body)
        if action == "forget":
            stand.clear()
        return {"rooms": [room.messages for room in stand.rooms.values()]}


def add_socket(app: FastAPI, stand: Stand) -> None:
    """WS /chat."""

    @app.websocket("/chat")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        hello = await socket.receive_json()
        token = stand.enter(hello["token"])
        if token is None:
            await socket.send_json(BAD_TOKEN)
            return await socket.close()
        queue: asyncio.Queue[Frame | None] = asyncio.Queue()
        queue.put_nowait(stand.welcome(token, hello["after"]))
        stand.rooms[token].listeners.add(queue)
        reader = asyncio.create_task(read(socket, token, queue))
        try:
            while (frame := await queue.get()) is not None:
                await socket.send_json(frame)
            await socket.close()
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            reader.cancel()
            stand.rooms.get(token, Room()).listeners.discard(queue)

    async def read(socket: WebSocket, token: str, queue: asyncio.Queue[Frame | None]) -> None:
        try:
            while True:
                frame = await socket.receive_json()
                if frame["type"] == "message" and token in stand.rooms:
                    error = stand.receive(token, frame["id"], frame["text"])
                    if error:
                        queue.put_nowait(error)
        except WebSocketDisconnect:
            queue.put_nowait(None)


def add_fallback(app: FastAPI, stand: Stand) -> None:
    """POST to speak and a stream of events to listen."""

    def visitor(request: Request) -> str | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return token if token in stand.rooms else None

    @app.post("/chat/hello")
    async def hello(body: Frame) -> JSONResponse:
        token = stand.enter(body["token"])
        return JSONResponse(BAD_TOKEN, 401) if token is None else JSONResponse(stand.welcome(token, body["after"]))

    @app.post("/chat/messages")
    async def messages(body: Frame, request: Request) -> Response:
        token = visitor(request)
        if token is None:
            return JSONResponse(BAD_TOKEN, 401)
        error = stand.receive(token, body["id"], body["text"])
        return JSONResponse(error, 503) if error else Response(status_code=202)

    @app.get("/chat/events")
    async def events(after: int, request: Request) -> Response:
        token = visitor(request)
        if token is None:
            return JSONResponse(BAD_TOKEN, 401)
        return StreamingResponse(stream(stand.rooms[token], after), media_type="text/event-stream")


async def stream(room: Room, after: int) -> AsyncIterator[str]:
    """The frames of one listener as server-sent events."""
    queue: asyncio.Queue[Frame | None] = asyncio.Queue()
    for message in room.after(after):
        queue.put_nowait({"type": "message", **message})
    room.listeners.add(queue)
    try:
        yield ": ready\n\n"
        while (frame := await queue.get()) is not None:
            yield f"data: {json.dumps(frame)}\n\n"
    finally:
        room.listeners.discard(queue)


def main() -> None:
    """Serve on loopback until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--no-websocket", action="store_true")
    chosen = parser.parse_args()
    app = build(chosen.file, chosen.port, not chosen.no_websocket)
    uvicorn.run(app, host="127.0.0.1", port=chosen.port, log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
