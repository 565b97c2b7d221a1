"""Stand-ins for carriers' APIs on loopback, one module each, speaking their documented wire formats."""

import importlib
import pkgutil

from tests.carrier_stands.base import CarrierStand


def _found() -> dict[str, type[CarrierStand]]:
    names = [info.name for info in pkgutil.iter_modules(__path__) if info.name != "base"]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    kinds = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    return {kind.code: kind for kind in kinds if issubclass(kind, CarrierStand) and kind.code}


STANDS = _found()
