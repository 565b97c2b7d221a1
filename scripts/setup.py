"""Makes both environments (bot box: Python 3.10, app: 3.12) from the locks; needs some Python 3.8+ and network.

python3 scripts/setup.py [--dev]     install what is missing or outdated, nothing else
python3 scripts/setup.py --lock      refresh the requirement locks from both pyproject.toml files
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV_VERSION = "0.13.9"
PLATFORM_FLAGS = ["--universal", "--generate-hashes", "--no-header", "--no-emit-index-url", "--quiet"]


def fail(message: str) -> NoReturn:
    sys.exit(f"setup: {message}")


def run(command: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run one step, letting its progress through; a failure ends the set-up with the step's name."""
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})})
    if done.returncode:
        fail(f"this step failed (exit {done.returncode}): {' '.join(command)}")


def answers(command: list[str]) -> str:
    """What a command prints, or an empty string if it can't run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def find_uv() -> str:
    """The uv on PATH, or one installed by pip into .tools."""
    own = TOOLS / "uv" / "bin" / "uv"
    for candidate in (shutil.which("uv"), str(own)):
        if candidate and answers([candidate, "--version"]).startswith("uv "):
            return candidate
    print("setup: getting uv, the installer …", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", str(TOOLS / "uv")]).returncode:
        fail("python3 has no working venv module. Install it (Debian: python3-venv) or put uv on PATH, then try again.")
    run([str(TOOLS / "uv" / "bin" / "python"), "-m", "pip", "install", "-q", f"uv=={UV_VERSION}"])
    return str(own)


def pyenv_pythons(version: str) -> list[Path]:
    """Interpreters of this version under pyenv, newest patch first; its shims would follow other settings."""
    roots = {os.environ.get("PYENV_ROOT", ""), answers(["pyenv", "root"]), str(Path.home() / ".pyenv")}
    found = [path for root in roots if root for path in Path(root).glob(f"versions/{version}.*/bin/python{version}")]
    return sorted(found, key=lambda path: int("0" + "".join(filter(str.isdigit, path.parts[-3].split(".")[-1]))))[::-1]


def is_python(path: str, version: str) -> bool:
    return answers([path, "-c", "import sys, ssl; print('%d.%d' % sys.version_info[:2])"]) == version


def find_python(uv: str, version: str) -> str:
    """A path to a working interpreter: PATH, then pyenv, then whatever uv knows, then one that uv fetches."""
    candidates = [shutil.which(f"python{version}"), *map(str, pyenv_pythons(version))]
    for candidate in candidates:
        if candidate and is_python(candidate, version):
            return candidate
    managed = {"UV_PYTHON_INSTALL_DIR": str(TOOLS / "python")}
    os.environ.update(managed)
    known = answers([uv, "python", "find", version])
    if known and is_python(known, version):
        return known
    print(f"setup: no Python {version} here; fetching one with uv …", flush=True)
    if subprocess.run([uv, "python", "install", version], cwd=TOOLS.parent).returncode:
        fail(
            f"Python {version} is missing and could not be fetched. Install it (for example 'pyenv install {version}')."
        )
    return answers([uv, "python", "find", version])


def fingerprint(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def install(uv: str, version: str, folder: Path, lock: Path, editable: bool) -> None:
    """Bring one environment to exactly its lock; does nothing when it is there already."""
    stamp = folder / ".doorstep"
    wanted = fingerprint(version, lock.read_text(), (ROOT / "pyproject.toml").read_text() if editable else "")
    python = folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == wanted and is_python(str(python), version):
        return
    print(f"setup: installing {lock.relative_to(ROOT)} for Python {version} …", flush=True)
    started = time.monotonic()
    stamp.unlink() if stamp.exists() else None
    if not is_python(str(python), version):
        run([uv, "venv", "--quiet", "--clear", "--python", find_python(uv, version), str(folder)])
    run([uv, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(lock)])
    if editable:
        run([uv, "pip", "install", "--quiet", "--python", str(python), "--no-deps", "--editable", str(ROOT)])
    stamp.write_text(wanted)
    print(f"setup: … done in {time.monotonic() - started:.0f} s", flush=True)


def lock(uv: str) -> None:
    """Resolve both projects anew. uv reads overrides from the pyproject of the folder it runs in, hence cwd."""
    app, bot = find_python(uv, "3.12"), find_python(uv, "3.10")
    compile_app = [uv, "pip", "compile", "pyproject.toml", "--python", app, *PLATFORM_FLAGS, "--upgrade"]
    run([*compile_app, "-o", "requirements.lock"])
    run([*compile_app, "--group", "dev", "-o", "requirements-dev.lock"])
    compile_bot = [uv, "pip", "compile", "pyproject.toml", "--python", bot, *PLATFORM_FLAGS, "--upgrade"]
    run([*compile_bot, "-o", "requirements.lock"], cwd=ROOT / "bot")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dev", action="store_true", help="also install what the tests and checks need")
    parser.add_argument("--lock", action="store_true", help="refresh the locks instead of installing")
    options = parser.parse_args()
    uv = find_uv()
    if options.lock:
        return lock(uv)
    app_lock = ROOT / ("requirements-dev.lock" if options.dev else "requirements.lock")
    app = ROOT / ".venv"
    if not options.dev and (app / "bin" / "ruff").exists():
        app_lock = ROOT / "requirements-dev.lock"  # a developer's environment stays one
    install(uv, "3.12", app, app_lock, editable=True)
    install(uv, "3.10", ROOT / "bot" / ".venv", ROOT / "bot" / "requirements.lock", editable=False)
    return None


if __name__ == "__main__":
    main()
