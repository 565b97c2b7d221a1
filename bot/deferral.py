"""Puts off importing a module until one of its names is used; it changes nothing about the module itself."""

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    """A module that runs its own source on the first use of a name it doesn't have yet."""

    __doorstep_names__: frozenset[str]
    __loader__: SourceFileLoader

    def __getattr__(self, name: str) -> Any:
        # Import machinery asks for dunder names, and picklers look for any name in every module there is;
        # only a name that the source really has may load it.
        if name.startswith("__") or name not in self.__doorstep_names__:
            raise AttributeError(name)
        self.__class__ = ModuleType
        self.__loader__.exec_module(self)
        return getattr(self, name)


def defer(name: str) -> None:
    """Make `import name` cheap until an attribute of it is used.

    (importlib.util.LazyLoader can't serve: on Python 3.10 a second `import` statement already loads its module.)
    """
    spec = importlib.util.find_spec(name)
    if spec is None or not isinstance(spec.loader, SourceFileLoader) or name in sys.modules:
        return
    code = spec.loader.get_code(name)
    module = _Deferred(name)
    module.__doorstep_names__ = frozenset(code.co_names if code else ())
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
