"""Rows of the estimates as the figures get them, made from real records for the tests of figures.

The Kaplan-Meier arithmetic here is only there to have realistic rows; the estimates of the pipeline
are tested against R elsewhere.
"""

import csv
import math
from pathlib import Path

ROOT = Path(__file__).parents[2]
STYLE = str(ROOT / "report/figures.mplstyle")
CONVENTIONS = {"confidence": 0.95, "interval": "log-log", "alpha": 0.05}


def rotterdam() -> list[dict[str, float]]:
    with open(ROOT / "data/rotterdam/rotterdam.csv", newline="") as file:
        return [
            {
                "time": float(row["dtime"]) / 30.4375,
                "event": float(row["death"]),
                "entry": -1.0,
                "age": float(row["age"]),
                "nodes": float(row["nodes"]),
                "grade": row["grade"],
                "size": row["size"],
                "hormone": row["hormon"],
            }
            for row in csv.DictReader(file)
        ]


def on_age_scale(patients) -> list[dict]:
    return [
        {**p, "entry": p["age"], "time": (p["age"] * 365.25 + p["time"] * 30.4375) / 365.25}
        for p in patients
    ]


def km_rows(patients, level: str = "") -> list[dict[str, str]]:
    """Return the rows of one level of km_<curve>.csv."""
    entries = {p["entry"] for p in patients if p["entry"] >= 0}
    survival, variance, rows = 1.0, 0.0, []
    exits = sorted(p["time"] for p in patients)
    starts = sorted(p["entry"] for p in patients)
    events, censored = {}, {}
    for p in patients:
        count = events if p["event"] else censored
        count[p["time"]] = count.get(p["time"], 0) + 1
    done = began = 0
    for time in sorted({*exits} | entries):
        while done < len(exits) and exits[done] < time:
            done += 1
        while began < len(starts) and starts[began] < time:
            began += 1
        at_risk, d = began - done, events.get(time, 0)
        if d:
            survival *= 1 - d / at_risk
            variance += d / (at_risk * (at_risk - d)) if at_risk > d else math.nan
        low = high = survival
        if 0 < survival < 1:
            spread = 1.959964 * math.sqrt(variance) / math.log(survival)
            low, high = survival ** math.exp(-spread), survival ** math.exp(spread)
        if survival == 0 or (low != low):
            low = high = math.nan
        values = (
            level,
            time,
            at_risk,
            d,
            censored.get(time, 0),
            survival,
            min(low, high),
            max(low, high),
        )
        names = ("level", "time", "n_risk", "n_event", "n_censor", "survival", "ci_low", "ci_high")
        rows.append({k: "" if v != v else str(v) for k, v in zip(names, values, strict=True)})
    return rows


def quantile_row(patients, rows, variable="", level="", note="") -> dict[str, str]:
    def first(column):
        return next((r["time"] for r in rows if r[column] and float(r[column]) <= 0.5), "")

    return {
        "variable": variable,
        "level": level,
        "n": str(len(patients)),
        "events": str(sum(int(p["event"]) for p in patients)),
        "median": first("survival"),
        "median_low": first("ci_low"),
        "median_high": first("ci_high"),
        "q1": "",
        "q3": "",
        "note": note,
    }


def curve_case(groups: dict[str, list], p: str = "0.0314", variable="group"):
    """Return the rows of km, quantiles and log-rank for groups of patients."""
    km, quantiles = [], []
    for level, patients in groups.items():
        own = km_rows(patients, level)
        km += own
        quantiles.append(quantile_row(patients, own, variable if level else "", level))
    logrank = [
        {
            "variable": variable,
            "strata": "",
            "contrast": "",
            "statistic": "9",
            "df": "1",
            "p": p,
            "p_holm": "",
            "note": "",
        }
    ]
    return km, quantiles, logrank
