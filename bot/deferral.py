"""Puts off importing a module until one of its names is used; it changes nothing about the module itself."""

import importlib.util
import sys
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    """A module that runs its own source on the first use of a name it doesn't have yet."""

    def __getattr__(self, name: str) -> Any:
        # Import machinery and inspection look at dunder names; only real use may load the module.
        if name.startswith("__"):
            raise AttributeError(name)
        self.__class__ = ModuleType
        assert self.__spec__ is not None
        assert self.__spec__.loader is not None
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def defer(name: str) -> None:
    """Make `import name` cheap until an attribute of it is used.

    (importlib.util.LazyLoader can't serve: on Python 3.10 a second `import` statement already loads its module.)
    """
    spec = importlib.util.find_spec(name)
    if spec is None or name in sys.modules:
        return
    module = _Deferred(name)
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
