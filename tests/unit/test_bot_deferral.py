"""The bot box's deferred modules: nothing runs before a real use, and then everything is the module's own."""

import importlib
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.deferral import defer

SOURCE = """import sys
sys.deferred_ran = getattr(sys, "deferred_ran", 0) + 1
ANSWER = 42

def double(x):
    return 2 * x
"""


@pytest.fixture
def deferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "slow_to_import.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delattr(sys, "deferred_ran", raising=False)
    monkeypatch.delitem(sys.modules, "slow_to_import", raising=False)
    defer("slow_to_import")
    yield importlib.import_module("slow_to_import")
    sys.modules.pop("slow_to_import", None)


def ran() -> int:
    return int(getattr(sys, "deferred_ran", 0))


def test_imports_run_nothing(deferred: ModuleType) -> None:
    assert importlib.import_module("slow_to_import") is deferred
    assert ran() == 0


def test_first_use_runs_it_once(deferred: ModuleType) -> None:
    assert deferred.ANSWER == 42
    assert deferred.double(4) == 8
    assert ran() == 1


def test_looking_for_other_names_runs_nothing(deferred: ModuleType) -> None:
    assert not hasattr(deferred, "no_such_name")
    assert not hasattr(deferred, "__path__")
    assert ran() == 0


def test_pickling_looks_through_it_without_running_it(deferred: ModuleType) -> None:
    pickle.dumps(len)
    assert ran() == 0


def test_an_unknown_module_stays_unknown() -> None:
    defer("no_such_module_at_all")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module_at_all")
