"""Makes sure that the tests have a Chromium: finds one, or installs one; says what to do when it can't."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str:
    """Path of a browser, or an empty string."""
    own = os.environ.get("DOORSTEP_CHROMIUM", "")
    if own and shutil.which(own):
        return own
    return next(filter(None, map(shutil.which, NAMES)), "") or playwright_browser()


def playwright_browser() -> str:
    """Path of the browser that playwright downloaded, or an empty string."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else ""


def install() -> None:
    """Install Chromium: by the system's package manager where we may, else by playwright."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("browser: installing chromium …", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "chromium"], env=quiet, check=False, stdout=subprocess.DEVNULL
        )
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if not found():
        install()
    if not found():
        sys.exit("browser: the tests need Chromium. Install it, or set DOORSTEP_CHROMIUM to its path, and try again.")
