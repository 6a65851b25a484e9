"""Expected values made by R, as stored beside the R code that made them."""

import csv
import math
from collections import defaultdict
from pathlib import Path
from statistics import NormalDist

HERE = Path(__file__).parent
RELATIVE = 1e-6


def read(name, block, key):
    """Return {values of `block` columns: {values of `key` columns: number}}; NaN for R's NA."""
    found = defaultdict(dict)
    with open(HERE / name, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number = float(row["value"]) if row["value"] else math.nan
            found[tuple(row[c] for c in block)][tuple(row[c] for c in key)] = number
    return dict(found)


def with_wald(block):
    """Return numbers of R with the ratio, 95% limits, z and P that follow from coef and se."""
    found = dict(block)
    for key, coef in block.items():
        if key[-1] == "coef":
            se, width = block[*key[:-1], "se"], NormalDist().inv_cdf(0.975)
            ratios = {"hr": coef, "hr_low": coef - width * se, "hr_high": coef + width * se}
            own = {name: math.exp(value) for name, value in ratios.items()}
            own |= {"z": coef / se, "p": math.erfc(abs(coef / se) / math.sqrt(2))}
            found |= {(*key[:-1], name): value for name, value in own.items()}
    return found


def number(value):
    """Return a cell of ours as a number, NaN for a missing one."""
    return math.nan if value is None or value == "" else float(value)


def differences(expected, found, exact=()):
    """Return a line for each expected number that is not found, or not equal within 1e-6.

    Nothing expected is a line too: it would agree with anything.

    Quantities (last part of the key) named in `exact` may differ by rounding only.
    """
    lines = [] if expected else ["nothing is expected"]
    for key, wanted in expected.items():
        if key not in found:
            lines.append(f"{key}: not found")
            continue
        got = number(found[key])
        relative = 1e-12 if key[-1] in exact else RELATIVE
        same = math.isclose(got, wanted, rel_tol=relative, abs_tol=1e-300)
        if not (same or (math.isnan(got) and math.isnan(wanted))):
            lines.append(f"{key}: {got!r}, R gives {wanted!r}")
    return lines
