"""A source that is ready to be asked: one carrier's API, its client and its keys; stores nothing."""

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from types import TracebackType
from typing import Self

import structlog

from tracking.carriers.apis._client import Client, Tools
from tracking.carriers.apis.base import Answer, CarrierApi, Parcel, Rate, Refused, Report, Values
from tracking.errors import InvalidInput, Unavailable
from tracking.reading import text

Note = Callable[[str, Collection[str]], None]
"""Counts the codes that a source's map lacks, by the source's code."""

_MOST_REMEMBERED = 1000
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
log = structlog.get_logger()


def not_counted(_source: str, _codes: Collection[str]) -> None:
    """Count nothing."""


class Live:
    """Asks one source. Raises NotConfigured when a setting is missing; close it when done."""

    def __init__(
        self,
        api: CarrierApi,
        values: Values,
        note: Note = not_counted,
        tools: Tools | None = None,
        rate: Rate | None = None,
    ) -> None:
        api.require(values)
        self.api = api
        self._values, self._note, self._tools = values, note, tools or Tools()
        address = values(f"{api.code}_api_url") or api.address
        self.rate = rate or api.rate
        self._client = Client(api.name, address, api.auth(values), self.rate, self._tools)
        self._logged: set[str] = set()

    async def __aenter__(self) -> Self:
        """Nothing is opened before the first question."""
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._client.close()

    @property
    def wait(self) -> float:
        """Seconds until it may be asked the next time."""
        return self._client.wait

    def drain(self) -> None:
        """Allow no burst of questions at first, because another process may just have asked them."""
        self._client.drain()

    async def ask(self, number: str, carrier: str = "") -> Report:
        """Ask about a parcel; `carrier` is our code where it is known.

        A number that the source has never heard of is a report that isn't `found`. Raises Unavailable (Slow, Refused)
        when the source doesn't answer or can't be understood, InvalidInput when it can't be asked about this parcel.
        """
        parcel = _parcel(number, carrier)
        answer = await self._client.send(self.api.call(parcel, self._values))
        report = self._read(answer, parcel)
        self._tell(report)
        return replace(report, events=tuple(sorted(report.events, key=lambda update: update.event.occurred_at)))

    async def register(self, number: str, carrier: str = "") -> None:
        """Tell the source to follow a parcel and push what happens; doing it twice is doing it once.

        Raises what `ask` raises; does nothing for a source that needs no telling.
        """
        if self.api.register is None:
            return
        answer = await self._client.send(self.api.register(_parcel(number, carrier), self._values))
        try:
            self.api.registered(answer)
        except (InvalidInput, Refused) as error:
            raise self._told(error) from error

    def _read(self, answer: Answer, parcel: Parcel) -> Report:
        try:
            return self.api.read(answer, parcel, self._tools.wall())
        except (InvalidInput, Refused) as error:
            raise self._told(error) from error

    def _told(self, error: InvalidInput | Refused) -> Unavailable:
        if isinstance(error, Refused):
            return Refused(f"{self.api.name}: {error}.")
        return Unavailable(f"{self.api.name} answered what can't be read: {error}")

    def _tell(self, report: Report) -> None:
        if not report.unmapped and not report.rejected:
            return
        self._note(self.api.code, report.unmapped)
        for code in set(report.unmapped) - self._logged:
            if len(self._logged) < _MOST_REMEMBERED:
                self._logged.add(code)
                log.warning("carrier_status_unmapped", source=self.api.code, status=code)
        if report.rejected:
            log.warning("carrier_answer_partly_read", source=self.api.code, rejected=report.rejected[:5])


def _parcel(number: str, carrier: str) -> Parcel:
    cleaned = "".join(text(number, 200).split())
    if not _NUMBER.fullmatch(cleaned):
        raise InvalidInput("A tracking number has from 1 to 64 letters, digits, dots and dashes.")
    return Parcel(cleaned, text(carrier, 40))
