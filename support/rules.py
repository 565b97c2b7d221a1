"""How urgent a ticket is and when it ought to be solved; the rules themselves are the shop's (see desk.yml)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from support.hours import Hours
from support.model import Priority, TicketReason


class Cause(StrEnum):
    """What may open a ticket before anybody asks: what we find about a parcel's silence, or what its carrier says."""

    SLOWER = "slower"
    STALLED = "stalled"
    NEVER_SCANNED = "never_scanned"
    EXCEPTION = "exception"
    CUSTOMS = "customs"
    ATTEMPT_FAILED = "attempt_failed"
    RETURNING = "returning"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Early:
    """How urgent a ticket is that nobody asked for, and in how much working time it ought to be solved."""

    priority: Priority
    due: timedelta


@dataclass(frozen=True, slots=True)
class Case:
    """What rules look at: why, how late the order is (days), how often the shopper asked, what the order cost."""

    reason: TicketReason
    days_late: int = 0
    calls: int = 1
    value: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the rules: it fits a case that has one of its reasons (or any) and reaches its other bounds."""

    priority: Priority
    due: timedelta
    reasons: frozenset[TicketReason] = frozenset()
    days_late: int = 0
    calls: int = 0
    value: Decimal = Decimal(0)

    def fits(self, case: Case) -> bool:
        """Whether it is for this case."""
        by_reason = not self.reasons or case.reason in self.reasons
        reached = case.days_late >= self.days_late and case.calls >= self.calls and case.value >= self.value
        return by_reason and reached


@dataclass(frozen=True, slots=True)
class DeskRules:
    """All rules, the first that fits decides, and the hours that due times are counted in.

    `before_they_ask` has the causes that open a ticket by themselves.
    """

    rules: tuple[Rule, ...]
    hours: Hours
    before_they_ask: Mapping[Cause, Early] = field(default_factory=dict)

    def judge(self, case: Case, now: datetime) -> tuple[Priority, datetime]:
        """Return a case's priority and when it is due; the last rule is for whatever fits no other."""
        rule = next((rule for rule in self.rules if rule.fits(case)), self.rules[-1])
        return rule.priority, self.hours.after(now, rule.due)
