"""`doorstep agents` as an admin types it: accounts come, change and go, and passwords are nowhere to be seen."""

import re
import sqlite3
from pathlib import Path

import pyotp
import pytest
from typer.testing import CliRunner, Result

from doorstep.cli import app
from tracking.errors import InvalidInput

PASSWORD = "correct horse battery"


class Shell:
    """Runs the command on a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "agents.db"
        self.environment = {"DOORSTEP_DATABASE_URL": f"sqlite:///{self.path}", "COLUMNS": "200"}

    def run(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, ["agents", *arguments], input=typed, env=self.environment)

    def add(self, email: str = "sam@example.com", *more: str) -> Result:
        return self.run("add", email, "--name", "Sam", "--password-stdin", *more, typed=f"{PASSWORD}\n")

    def row(self) -> dict[str, object]:
        with sqlite3.connect(self.path) as connection:
            connection.row_factory = sqlite3.Row
            return dict(connection.execute("SELECT * FROM agents").fetchone())


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_an_account_is_made_and_listed(shell: Shell) -> None:
    made = shell.add("Sam@Example.com", "--role", "admin")
    assert made.exit_code == 0, made.output
    assert PASSWORD not in made.output
    listed = shell.run("list").output
    for words in ("sam@example.com", "Sam", "admin", "active"):
        assert words in listed
    assert str(shell.row()["password_hash"]).startswith("$argon2id$")


def test_what_can_not_be_is_refused(shell: Shell) -> None:
    shell.add()
    for problem in (
        shell.add(),
        shell.add("nonsense"),
        shell.run("add", "a@example.com", "--name", "A", "--password-stdin", typed="short\n"),
        shell.run("add", "a@example.com", "--name", "A", typed=f"{PASSWORD}\n{PASSWORD}\n"),
        shell.run("password", "nobody@example.com", "--password-stdin", typed=f"{PASSWORD}\n"),
        shell.run("disable", "nobody@example.com"),
    ):
        assert isinstance(problem.exception, InvalidInput), problem.output
    assert shell.run("list").output.count("@example.com") == 1


def test_an_account_is_shut_out_and_let_in_again(shell: Shell) -> None:
    shell.add()
    assert shell.run("disable", "sam@example.com").exit_code == 0
    assert "disabled" in shell.run("list").output
    assert shell.run("disable", "sam@example.com", "--undo").exit_code == 0
    assert "active" in shell.run("list").output


def test_a_password_is_replaced(shell: Shell) -> None:
    shell.add()
    before = shell.row()["password_hash"]
    assert shell.run("password", "sam@example.com", "--password-stdin", typed="another long one\n").exit_code == 0
    assert shell.row()["password_hash"] != before


def test_a_code_is_asked_for_once_the_app_has_shown_a_right_one(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.add()
    refused = shell.run("totp", "sam@example.com", typed="000000x\n")
    assert isinstance(refused.exception, InvalidInput)
    assert shell.row()["totp_secret"] == ""
    secret = pyotp.random_base32()
    monkeypatch.setattr(pyotp, "random_base32", lambda: secret)
    done = shell.run("totp", "sam@example.com", typed=f"{pyotp.TOTP(secret).now()}\n")
    assert done.exit_code == 0, done.output
    assert re.search(r"otpauth://totp/\S+", done.output)
    assert shell.row()["totp_secret"] == secret
    assert shell.run("totp", "sam@example.com", "--off").exit_code == 0
    assert shell.row()["totp_secret"] == ""
