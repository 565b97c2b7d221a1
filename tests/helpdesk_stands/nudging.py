"""What the stand-ins share that only say where to look, with a secret in place of a signature."""

from datetime import datetime

from tests.helpdesk_stands.base import SECRET, Entry, Hook, Stand, StandThread


class NudgingStand(Stand):
    """A helpdesk that names the ticket in which something happened."""

    def sign(self, body: bytes, at: datetime, secret: str = SECRET) -> dict[str, str]:
        return {"X-Doorstep-Secret": secret}

    def entry_hook(self, thread: StandThread, entry: Entry) -> Hook:
        return self.state_hook(thread)

    def state_hook(self, thread: StandThread) -> Hook:
        return Hook.of(ticket_id=str(thread.id))

    def unknown(self) -> Hook:
        return Hook.of(ticket_id="999")
