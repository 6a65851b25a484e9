"""Cohort frames for the tests, derived from the raw files with a few lines of pandas.

Independent of the package's cleaning, so that the models are tested alone; R derives its own.
"""

from functools import cache

import numpy as np
import pandas as pd

YESNO = {"no": "No", "yes": "Yes"}


def coded(label, **levels):
    return {"label": label, "type": "category", "unit": "", "levels": levels}


def number(label):
    return {"label": label, "type": "number", "unit": "", "levels": {}}


def yesno(label):
    return {"label": label, "type": "yesno", "unit": "", "levels": YESNO}


CONVENTIONS = {"ties": "efron", "interval": "log", "quantiles": "r", "confidence": 0.95}

ROTTERDAM = {
    "age": number("Age"),
    "menopause": coded("Menopausal status", pre="Premenopausal", post="Postmenopausal"),
    "size": coded("Tumour size", **{"le20": "≤ 20", "20to50": "20–50", "gt50": "> 50"}),
    "grade": coded("Grade", **{"2": "Grade 2", "3": "Grade 3"}),
    "nodes": number("Positive lymph nodes"),
    "pgr": number("Progesterone receptors"),
    "er": number("Oestrogen receptors"),
    "hormone": coded("Hormonal treatment", no="No hormonal treatment", yes="Hormonal treatment"),
    "chemo": yesno("Chemotherapy"),
    "age_cubed": number("(Age/100)³"),
    "age_cubed_log": number("(Age/100)³ × ln(age/100)"),
    "nodes_inverse_root": number("1/√nodes"),
    "er_thousand": number("Oestrogen receptors/1000"),
}


@cache
def rotterdam():
    raw = pd.read_csv("data/rotterdam/rotterdam.csv")
    raw = raw[raw.nodes > 0].reset_index(drop=True)
    frame = pd.DataFrame({"age": raw.age.astype(float)})
    frame["menopause"] = raw.meno.map({0: "pre", 1: "post"})
    frame["size"] = raw["size"].map({"<=20": "le20", "20-50": "20to50", ">50": "gt50"})
    frame["grade"] = raw.grade.astype(str)
    for name in ("nodes", "pgr", "er"):
        frame[name] = raw[name].astype(float)
    frame["hormone"] = raw.hormon.map({0: "no", 1: "yes"})
    frame["chemo"] = raw.chemo.map({0: "no", 1: "yes"})
    age = raw.age / 100
    frame["age_cubed"], frame["age_cubed_log"] = age**3, age**3 * np.log(age)
    frame["nodes_inverse_root"], frame["er_thousand"] = raw.nodes**-0.5, raw.er / 1000
    rfs_days = np.where(raw.recur == 1, raw.rtime, raw.dtime)
    rfs = np.maximum(raw.recur, raw.death)
    add_endpoint(frame, "os", raw.dtime, raw.death, 30.4375)
    add_endpoint(frame, "rfs", rfs_days, rfs, 30.4375)
    add_endpoint(frame, "rfs84", np.minimum(rfs_days, 2557), rfs * (rfs_days <= 2557), 30.4375)
    add_populations(
        frame,
        full=True,
        premenopausal=frame["menopause"] == "pre",
        postmenopausal=frame["menopause"] == "post",
        large=frame["size"] == "gt50",
    )
    return frame


NAFLD = {
    "group": coded("NAFLD", control="Controls", case="NAFLD"),
    "sex": coded("Sex", female="Women", male="Men"),
    "age": number("Age at index"),
    "bmi": number("Body mass index"),
    "diabetes": yesno("Diabetes"),
    "hypertension": yesno("Hypertension"),
    "dyslipidaemia": yesno("Dyslipidaemia"),
    "ischaemic_heart": yesno("Angina or ischaemic heart disease"),
    "obesity": yesno("Obesity (BMI ≥ 30)"),
}


@cache
def nafld():
    people = pd.read_csv("data/nafld/nafld1.csv")
    diagnoses = pd.read_csv("data/nafld/nafld3.csv")
    before, after = diagnoses[diagnoses.days <= 0], diagnoses[diagnoses.days >= 1]

    def any_before(*events):
        return people.id.isin(before.id[before.event.isin(events)])

    def first_after(*events):
        return people.id.map(after[after.event.isin(events)].groupby("id").days.min())

    match = people["case.id"]
    case = match == people.id
    kept = match.notna() & match.isin(people.id) & ~(~case & any_before("nafld"))
    kept &= (people.age >= 18) & (people.futime > 0)

    frame = pd.DataFrame({"group": np.where(case, "case", "control")})
    frame["sex"] = people.male.map({0: "female", 1: "male"})
    frame["age"] = people.age.astype(float)
    frame["bmi"] = people.bmi.where(people.bmi.between(10, 100))  # as the protocol has it
    for name, event in {
        "diabetes": "diabetes",
        "hypertension": "htn",
        "dyslipidaemia": "dyslipidemia",
        "ischaemic_heart": "ang/isc",
    }.items():
        frame[name] = np.where(any_before(event), "yes", "no")
    obesity = np.where(frame.bmi >= 30, "yes", "no").astype(object)
    frame["obesity"] = np.where(frame.bmi.isna(), None, obesity)

    day, status = people.futime.astype(float), people.status
    add_endpoint(frame, "death", day, status, 365.25)
    add_endpoint(frame, "death_age", people.age * 365.25 + day, status, 365.25)
    frame["death_age_entry"] = people.age * 365.25 / 365.25
    stop = first_after("nafld").where(~case)
    crossed = stop <= day
    add_endpoint(
        frame, "death_crossover", np.where(crossed, stop, day), status * ~(stop < day), 365.25
    )
    happened = first_after("heart failure", "MI")
    event = happened <= day
    add_endpoint(frame, "hf_mi", np.where(event, happened, day), event.astype(int), 365.25)
    frame.loc[any_before("heart failure", "MI"), ["hf_mi_time", "hf_mi_event"]] = np.nan

    frame = frame[kept].reset_index(drop=True)
    add_populations(
        frame,
        full=True,
        men=frame.sex == "male",
        women=frame.sex == "female",
        obese=frame.obesity == "yes",
        diabetic=frame.diabetes == "yes",
    )
    return frame


LUNG = {
    "age": number("Age"),
    "sex": number("Sex"),
    "ph.ecog": coded("ECOG", **{"0": "0", "1": "1", "2": "2", "3": "3"}),
    "ecog": number("ECOG score"),
    "pat.karno": coded("Karnofsky", **{str(k): str(k) for k in range(30, 101, 10)}),
    "early": yesno("Follow-up of at most 30 days"),
    "inst": coded("Institution", **{str(k): str(k) for k in range(1, 34)}),
}


@cache
def lung():
    raw = pd.read_csv("tests/reference/data/lung.csv")
    frame = raw[["age", "sex"]].astype(float)
    frame["ecog"] = raw["ph.ecog"]
    for name in ("ph.ecog", "pat.karno", "inst"):
        text = raw[name].map(lambda value: None if value != value else str(int(value)))
        frame[name] = text.astype(object).where(raw[name].notna(), None)
    frame["early"] = np.where(raw.time <= 30, "yes", "no")
    add_endpoint(frame, "os", raw.time, raw.status - 1, 1)
    for days in (60, 150):
        dead = (raw.status == 2) & (raw.time <= days)
        add_endpoint(frame, f"os{days}", np.minimum(raw.time, days), dead, 1)
    add_populations(frame, full=True)
    return frame


def add_endpoint(frame, name, days, event, days_per_unit):
    frame[f"{name}_time"] = np.asarray(days, dtype=float) / days_per_unit
    frame[f"{name}_event"] = np.asarray(event, dtype=float)


def add_populations(frame, **members):
    for name, member in members.items():
        frame[f"in_{name}"] = np.broadcast_to(member, len(frame)).astype(bool)
