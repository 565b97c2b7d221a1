"""Finds plug-ins by scanning a folder for modules that declare one; knows nothing of what they do.

Runs on Python 3.10 too, because the bot box finds couriers with it.
"""

import importlib
import pkgutil
from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

from tracking.errors import DoorstepError


class Plugin(Protocol):
    """What every plug-in has: a code that no other plug-in of its folder uses."""

    @property
    def code(self) -> str:
        """The short name it is stored and configured under."""


P = TypeVar("P", bound=Plugin)


def scan(
    package: str, folder: Sequence[str], attribute: str, kind: type[P], helpers: Collection[str] = ()
) -> dict[str, P]:
    """Return the plug-ins of a folder by code, in order of code; each module must declare one as `attribute`.

    Modules named in `helpers` or beginning with an underscore declare none. Raises DoorstepError naming any other
    module that declares none, declares something else, or uses a code that is taken.
    """
    found: dict[str, P] = {}
    for name in sorted(info.name for info in pkgutil.iter_modules(folder)):
        if name.startswith("_") or name in helpers:
            continue
        plugin = _load(f"{package}.{name}", attribute, kind)
        if plugin.code in found:
            raise DoorstepError(f"{package}.{name} uses the code {plugin.code!r}, which another module has taken.")
        found[plugin.code] = plugin
    return dict(sorted(found.items()))


def _load(module: str, attribute: str, kind: type[P]) -> P:
    plugin = getattr(importlib.import_module(module), attribute, None)
    if not isinstance(plugin, kind):
        raise DoorstepError(f"{module} must declare {attribute}, a {kind.__name__}; see the other files in its folder.")
    return plugin
