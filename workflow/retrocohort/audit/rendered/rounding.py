"""What a cell of the results must read like when it is printed: the rules of rounding, once more.

Written from what `retrocohort.format` and `retrocohort.styles` state, not from how they do it: the
gate that reads finished pages back must not err where they err. Of the styles only the signs are
taken, which are data. Everything is done in decimals, from the text of the cell as it is stored.
"""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import combinations

from retrocohort.styles import STYLES, Style

Row = Mapping[str, str]
MINUS = "−"
HAIR = Decimal("1e-9")  # what arithmetic in binary leaves of an exact half
FIFTEEN = Context(prec=15)
STEPS = [Decimal(1).scaleb(-decimals) for decimals in range(20)]
LARGEST_P = Decimal("0.99")
COUNTS = "n events df strata not_estimable missing rows keys patients duplicated_keys"
COUNTS += " unmatched_keys unmatched_rows rows_without_key"
TIMES = "median median_low median_high q1 q3"
# column, or statistic of a column of values, with the kind of file where it needs it -> the rule
RULES = {
    **dict.fromkeys(COUNTS.split(), "count"),
    **dict.fromkeys(TIMES.split(), "time"),
    **dict.fromkeys(("min", "max", "tau"), "span"),
    **dict.fromkeys(("baseline.mean", "baseline.sd"), "spread"),
    **dict.fromkeys(("baseline.median", "baseline.q1", "baseline.q3"), "spread"),
    **dict.fromkeys(("hr", "hr_low", "hr_high"), "ratio"),
    **dict.fromkeys(("coef", "se"), "coefficient"),
    **dict.fromkeys(("p", "p_holm", "p_logrank", "p_cox"), "p"),
    **dict.fromkeys(("survival", "ci_low", "ci_high"), "share"),
    **dict.fromkeys(("percent", "epv"), "1"),
    **dict.fromkeys(("rmst.estimate", "rmst.ci_low", "rmst.ci_high"), "1"),
    **dict.fromkeys(("statistic", "z", "loglik", "loglik_null", "lr", "wald", "score", "aic"), "2"),
    "rmst.se": "2",
    **dict.fromkeys(("concordance", "concordance_se"), "3"),
    "smd": "size",
    "digits": "count",
    **dict.fromkeys(("parity.spss", "parity.r", "parity.sas", "parity.this"), "parity"),
}
PARITY = {"ties": 4, "interval": 3, "median": 2, "quantile": 2}  # decimals; P have 4
STEM = re.compile(r"([a-z]+)[^/]*\.csv$")
BASELINE = re.compile(r"tables/\w+/\w+\.csv$")


class NoRule(LookupError):
    """A column of the results for which no rule says how it is rounded."""


def rule_of(file: str, column: str, row: Row) -> str:
    """Return the rule of a cell: a key of the methods of `Rounding`."""
    name, stem = column, STEM.search(file)[1]
    if column == "value":
        name = row["statistic"]
        stem = "baseline" if BASELINE.search(file) else stem
    for key in (f"{stem}.{name}", name):
        if key in RULES:
            return RULES[key]
    if name.startswith("n_"):
        return "count"
    raise NoRule(f"no rule says how '{name}' of {file} is rounded")


def half_up(value: Decimal, decimals: int) -> Decimal:
    """Return a number rounded half up, away from zero, of what 15 significant digits say of it."""
    return FIFTEEN.plus(value).quantize(STEPS[decimals], rounding=ROUND_HALF_UP)


class Rounding:
    """The rules in one style; each gives the texts that are right, the usual one first."""

    def __init__(self, style: str):
        """Take the signs of a style, by its key."""
        self.name, self.signs = style, STYLES[style]
        rules: dict[str, Callable[[Decimal, Row], tuple[str, ...]]] = {
            "count": lambda value, row: (self._grouped(half_up(value, 0)),),
            "time": lambda value, row: self._trimmed(value, 1, HAIR),
            "span": lambda value, row: self._trimmed(value, 1, Decimal("0.05")),
            "spread": self._spread,
            "ratio": self._ratio,
            "coefficient": self._coefficient,
            "p": lambda value, row: (self._p(value),),
            "share": lambda value, row: self._either(100 * value, 1),
            "size": lambda value, row: (self._fixed(abs(value), 3),),
            "parity": lambda value, row: (self._fixed(value, PARITY.get(row["convention"], 4)),),
        }
        rules |= {str(d): lambda value, row, d=d: (self._fixed(value, d),) for d in (0, 1, 2, 3)}
        self.rules = rules

    def texts(self, rule: str, cell: str, row: Row) -> tuple[str, ...]:
        """Return what a cell may be printed as; nothing for an empty or infinite one.

        Parameters
        ----------
        rule : from `rule_of`.
        cell : its text.
        row : the row that it stands in, as some rules look at its neighbours.
        """
        if cell in ("", "inf", "-inf", "nan"):
            return ()
        return self.rules[rule](Decimal(cell), row)

    def _pointed(self, value: Decimal) -> str:
        sign = MINUS if value < 0 else ""
        return f"{sign}{abs(value):f}".replace(".", self.signs.decimal)

    def _fixed(self, value: Decimal, decimals: int) -> str:
        return self._pointed(half_up(value, decimals))

    def _either(self, value: Decimal, decimals: int) -> tuple[str, ...]:
        """Return both neighbours of what lies half way but for binary arithmetic."""
        near = (value, value - HAIR, value + HAIR)
        return tuple(dict.fromkeys(self._fixed(each, decimals) for each in near))

    def _grouped(self, whole: Decimal) -> str:
        signs: Style = self.signs
        if abs(whole) < signs.thousands_from:
            return self._pointed(whole)
        return f"{whole:,f}".replace("-", MINUS).replace(",", signs.thousands)

    def _trimmed(self, value: Decimal, decimals: int, near: Decimal) -> tuple[str, ...]:
        """Return a time, also without ".0" where it lies so near to a whole one."""
        fixed = half_up(value, decimals)
        whole = half_up(value, 0)
        if decimals and fixed == whole and abs(whole - value) <= near:
            return self._pointed(fixed), self._pointed(whole)
        return (self._pointed(fixed),)

    def _spread(self, value: Decimal, row: Row) -> tuple[str, ...]:
        """Return a mean, standard deviation or quartile: decimals as the row's `spread` asks."""
        spread = Decimal(row["spread"] or "1")
        if spread >= 1:
            decimals = 0 if spread >= 100 else 1
        else:
            decimals = min(4, 1 - spread.adjusted()) if spread > 0 else 4
        trimmed = row["statistic"] in ("median", "q1", "q3")
        return self._trimmed(value, decimals, HAIR if trimmed else Decimal(-1))

    def _ratio(self, value: Decimal, row: Row) -> tuple[str, ...]:
        """Return a ratio: from 100 on a count, else as few decimals as tell it and 1 apart."""
        if value >= 100:
            return (self._grouped(half_up(value, 0)),)
        own = {Decimal(row[key]) for key in ("hr", "hr_low", "hr_high") if is_finite(row[key])}
        decimals = next((d for d in (2, 3) if _apart({*own, Decimal(1)}, d)), 4)
        return (self._fixed(value, decimals),)

    def _coefficient(self, value: Decimal, row: Row) -> tuple[str, ...]:
        small = row["coef"] and abs(Decimal(row["coef"])) < Decimal("0.01")
        return (self._fixed(value, 6 if small else 4),)

    def _p(self, value: Decimal) -> str:
        smallest = Decimal(self.signs.smallest_p)
        if value < smallest:
            text = f"<{smallest}"
        elif value > LARGEST_P:
            text = f">{LARGEST_P}"
        else:
            text = f"{DIGITS_OF_P[self.name](value):f}"
        if not self.signs.p_zero:
            text = text.replace("0.", ".", 1)
        return text.replace(".", self.signs.decimal)


def is_finite(cell: str) -> bool:
    """Return whether a cell holds a number that can be printed in digits."""
    return cell not in ("", "inf", "-inf", "nan")


def _apart(values: set[Decimal], decimals: int) -> bool:
    """Return whether no two different numbers look alike with so many decimals."""
    return all(half_up(a, decimals) != half_up(b, decimals) for a, b in combinations(values, 2))


def _three(p: Decimal) -> Decimal:
    return half_up(p, 3)


def _ama(p: Decimal) -> Decimal:
    """Two decimals; three below .01, and from .045 to .05, which two would call .05."""
    three = p < Decimal("0.01") or Decimal("0.045") <= p < Decimal("0.05")
    return half_up(p, 3 if three else 2)


def _nejm(p: Decimal) -> Decimal:
    return half_up(p, 3 if p <= Decimal("0.01") else 2)


def _lancet(p: Decimal) -> Decimal:
    """Two significant figures, at least two decimals; 0.10, not 0.100, for what is nearly that."""
    decimals = max(2, 1 - p.adjusted())
    grown = half_up(p, decimals).adjusted() > p.adjusted()
    return half_up(p, decimals - 1 if grown and decimals > 2 else decimals)


DIGITS_OF_P = {"plain": _three, "apa": _three, "jama": _ama, "nejm": _nejm, "lancet": _lancet}
