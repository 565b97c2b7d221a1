"""Figures of a classifier from true and predicted labels; reads and runs nothing."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

OUT_OF_SCOPE = "out_of_scope"
STATUS_FAMILY = frozenset({"track_order", "delivery_eta", "order_delayed"})
MOST_CONFUSIONS = 20


def share(hits: Sequence[bool]) -> float | None:
    """Return the share of true ones to four places, None of nothing."""
    return round(sum(hits) / len(hits), 4) if hits else None


def family(label: str) -> str:
    """Return the label, the three that ask for an order's status counted as one."""
    return "status" if label in STATUS_FAMILY else label


def scores(true: Sequence[str], said: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return precision, recall, f1 and support of each label that occurs in `true`."""
    right = Counter(t for t, s in zip(true, said, strict=True) if t == s)
    wanted, claimed = Counter(true), Counter(said)
    result = {}
    for label in sorted(wanted):
        precision = right[label] / claimed[label] if claimed[label] else 0.0
        recall = right[label] / wanted[label]
        f1 = 2 * precision * recall / (precision + recall) if right[label] else 0.0
        result[label] = {"precision": precision, "recall": recall, "f1": f1, "support": wanted[label]}
    return result


def confusions(true: Sequence[str], said: Sequence[str], most: int = MOST_CONFUSIONS) -> list[dict[str, Any]]:
    """Return the commonest mistakes, the most frequent first."""
    wrong = Counter((t, s) for t, s in zip(true, said, strict=True) if t != s)
    ranked = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))
    return [{"intent": t, "predicted": s, "count": count} for (t, s), count in ranked[:most]]


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Return the nearest-rank percentile, None of nothing."""
    if not values:
        return None
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


def report(true: Sequence[str], said: Sequence[str]) -> dict[str, Any]:
    """Return what `doorstep evaluate` prints of labels; shares are None where no line asks for them."""
    pairs = list(zip(true, said, strict=True))
    ours = [(t, s) for t, s in pairs if t != OUT_OF_SCOPE]
    f1s = [score["f1"] for score in scores(true, said).values()]
    return {
        "lines": len(pairs),
        "accuracy": share([t == s for t, s in ours]),
        "family_accuracy": share([family(t) == family(s) for t, s in ours]),
        "overall_accuracy": share([t == s for t, s in pairs]),
        "macro_f1": round(sum(f1s) / len(f1s), 4) if f1s else None,
        "out_of_scope_recall": share([s == OUT_OF_SCOPE for t, s in pairs if t == OUT_OF_SCOPE]),
        "in_scope_false_rejects": share([s == OUT_OF_SCOPE for _, s in ours]),
        "confusions": confusions(true, said),
    }
