"""Where the benchmarks find things; runs in both environments."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench"
BOT_PYTHON = str(ROOT / "bot" / ".venv" / "bin" / "python")
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3"}
