"""Starts the bot box (`python -m bot` in the project's root); Rasa's own command line is left out."""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from bot.deferral import defer

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PARENT_LOOK_SECONDS = 0.5
DEFAULTS = {
    "DOORSTEP_ACTIONS_URL": "http://127.0.0.1:8000/internal/actions",
    "DOORSTEP_BOT_DATABASE_URL": f"sqlite:///{ROOT / 'var' / 'bot.db'}",
    "DOORSTEP_BOT_MODEL": str(ROOT / "models" / "doorstep.tar.gz"),
    "DOORSTEP_BOT_PORT": "5005",
    "DOORSTEP_REDIS_URL": "",
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    # One turn at a time uses one core; a thread pool for each library only costs memory.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def end_with_parent() -> None:
    """End this process soon after the one that started it is gone, so that nothing is left behind."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def prepare() -> None:
    """Fill in settings, quieten the logs and keep TensorFlow out: all before anything of Rasa is imported."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    if not os.environ.get("DOORSTEP_BOT_SECRET"):
        sys.exit("The bot box can't start: DOORSTEP_BOT_SECRET is not set.")
    end_with_parent()
    from bot import logs

    logs.configure()
    import rasa.core
    import rasa.utils  # noqa: F401

    # The only roads to TensorFlow and matplotlib for a model without neural components: see docs/adr.
    defer("rasa.utils.train_utils")
    defer("rasa.core.test")


def take_port() -> socket.socket:
    """Reserve our port, before the work of loading; nobody can connect until the server listens on it."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind((HOST, int(os.environ["DOORSTEP_BOT_PORT"])))
    return taken


def main() -> None:
    """Load the model and serve the desk until told to stop; a start that fails says why and exits with 1."""
    prepare()
    from bot.server import load_agent, make_app, read_channel

    try:
        port = take_port()
        channel = read_channel(ROOT / "credentials.yml")
        agent = load_agent(Path(os.environ["DOORSTEP_BOT_MODEL"]), ROOT / "endpoints.yml")
    except Exception as error:  # noqa: BLE001 - the process ends here, whatever broke
        sys.exit(f"The bot box can't start: {error or type(error).__name__} ({type(error).__name__})")
    make_app(agent, channel).run(sock=port, workers=1, access_log=False, debug=False, motd=False)


if __name__ == "__main__":
    main()
