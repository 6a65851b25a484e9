"""Conditions of a study file on the cleaned variables: a closed vocabulary, never run as code.

A condition is a mapping; several keys in one mapping must all hold. A key is a variable, or one of
`all`, `any` (lists of conditions) and `not` (one condition). What is asked of a variable is a
value, a list of values (one of them), or a mapping of the tests below:

    {sex: male}    {diagnosis: [mi, heart_failure]}    {age: {at_least: 18, below: 80}}
    {stage: {missing: true}}    {any: [{follow_up: {missing: true}}, {follow_up: {at_most: 0}}]}

Logic is Kleene's, of three values: a condition on a missing value is neither met nor not met but
unknown, `{missing: ...}` excepted, which is always known.
Reference: Kleene SC. Introduction to Metamathematics, 1952, section 64 (strong tables).
"""

import datetime
import operator
import re

FULL = "full"  # the population without a condition
COMBINATIONS = ("all", "any", "not")
COMPARISONS = {
    "above": operator.gt,
    "at_least": operator.ge,
    "below": operator.lt,
    "at_most": operator.le,
}
TESTS = (*COMPARISONS, "is", "one_of", "missing")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def variables_of(condition: dict) -> set[str]:
    """Return the names of all variables that a condition asks about."""
    names = set()
    for key, asked in condition.items():
        if key == "not":
            names |= variables_of(asked)
        elif key in COMBINATIONS:
            names |= set().union(*(variables_of(part) for part in asked))
        else:
            names.add(key)
    return names


def where(frame, condition: dict) -> tuple:
    """Decide a condition for every row of a frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        n rows of cleaned variables: numbers as float, all else as text; missing is NaN or None.
    condition : dict
        In the vocabulary of this module.

    Returns
    -------
    met, unknown : numpy.ndarray of bool, shape (n,)
        Never both true; where neither is, the condition is known not to be met.

    Raises
    ------
    ValueError
        For an unknown test, a text bound on numbers, or an order asked of text that is no ISO date.
    """
    met, failed = _combine_all(frame, [{key: value} for key, value in condition.items()])
    return met, ~(met | failed)


def _decide(frame, key: str, asked) -> tuple:
    """Return where one entry of a condition is (met, failed)."""
    if key == "not":
        met, failed = _combine_all(frame, [asked])
        return failed, met
    if key == "all":
        return _combine_all(frame, asked)
    if key == "any":  # De Morgan: any of them fails only if all fail
        failed, met = _combine_all(frame, [{"not": part} for part in asked])
        return met, failed
    tests = asked if isinstance(asked, dict) else {"is" if _is_one(asked) else "one_of": asked}
    return _all_of([_test(frame[key], test, value) for test, value in tests.items()], len(frame))


def _combine_all(frame, conditions: list[dict]) -> tuple:
    """Return where all conditions are met, and where at least one is known to fail."""
    parts = [_decide(frame, key, asked) for part in conditions for key, asked in part.items()]
    return _all_of(parts, len(frame))


def _all_of(parts: list[tuple], rows: int) -> tuple:
    """Return the conjunction of (met, failed) pairs; of no pairs it is met."""
    import numpy as np  # here, because the check of a study file needs the vocabulary only

    met, failed = np.ones(rows, dtype=bool), np.zeros(rows, dtype=bool)
    for part_met, part_failed in parts:
        met, failed = met & part_met, failed | part_failed
    return met, failed


def _test(column, test: str, value) -> tuple:
    """Return where one test on one column is (met, failed)."""
    missing = column.isna().to_numpy()
    if test == "missing":
        met = missing if value else ~missing
        return met, ~met
    if test in ("is", "one_of"):
        choices = [_as_stored(column, each) for each in ([value] if _is_one(value) else value)]
        met = column.isin(choices).to_numpy() & ~missing
    elif test in COMPARISONS:
        bound = _as_stored(column, value)
        if isinstance(bound, str) and not ISO_DATE.fullmatch(bound):
            raise ValueError(f"'{column.name}' is text: '{test}' needs a number or a date")
        met = ~missing
        met[met] = COMPARISONS[test](column.to_numpy()[met], bound)
    else:
        raise ValueError(f"unknown test '{test}'; valid: {', '.join(TESTS)}")
    return met, ~met & ~missing


def _is_one(value) -> bool:
    """Say whether a value of the study file is a single one."""
    return not isinstance(value, (list, tuple))


def _as_stored(column, value):
    """Return a value of the study file in the form in which the column stores it."""
    if column.dtype.kind in "fiub":
        if isinstance(value, str):
            raise ValueError(f"'{column.name}' is a number, the condition asks for text")
        return float(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)
