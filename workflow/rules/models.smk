"""Survival estimates of each endpoint, and Cox models.

A job does one entry of the study file (an endpoint, a model) in all its populations: starting the
statistics library costs more than the fits, and an entry is what an author changes.

REQUIRED INPUTS  results/{study}/cohort/cohort.parquet
OUTPUTS          results/{study}/models/{population}/{endpoint}/*
"""


def curves_of(study, endpoint):
    """Return every curve of an endpoint: its name, the variable it compares and its population."""
    return [
        {"name": name, "by": curve.get("by", ""), "population": population}
        for name, curve in STUDIES[study]["curves"].items()
        if endpoint in curve["endpoints"]
        for population in curve["populations"]
    ]


def compared(study, endpoint):
    """Return the variables whose levels are compared in an endpoint, those of its curves included."""
    by = [curve["by"] for curve in curves_of(study, endpoint) if curve["by"]]
    return list(dict.fromkeys(STUDIES[study]["survival"]["variables"] + by))


for study, endpoint in [(s, e) for s in STUDIES for e in STUDIES[s]["survival"]["endpoints"]]:
    survival = STUDIES[study]["survival"]
    everywhere = parts(study, survival | {"endpoints": [endpoint]})

    rule:
        name:
            f"estimate_survival_{study}_{endpoint}"
        input:
            cohort=f"results/{study}/cohort/cohort.parquet",
            code=package_files("workflow/scripts/estimate_survival.py"),
        output:
            quantiles=files(study, "models/{population}/{endpoint}/quantiles.csv", everywhere),
            logrank=files(study, "models/{population}/{endpoint}/logrank.csv", everywhere),
            landmarks=files(study, "models/{population}/{endpoint}/landmarks.csv", everywhere),
            followup=files(study, "models/{population}/{endpoint}/followup.csv", everywhere),
            curves=[
                f"results/{study}/models/{c['population']}/{endpoint}/km_{c['name']}.csv"
                for c in curves_of(study, endpoint)
            ],
        log:
            f"results/{study}/logs/estimate_survival_{endpoint}.log",
        conda:
            ENVIRONMENT
        params:
            endpoint=endpoint,
            populations=survival["populations"],
            survival={
                "variables": compared(study, endpoint),
                "landmarks": STUDIES[study]["endpoints"][endpoint]["landmarks"],
                "logrank_strata": survival["logrank_strata"],
            },
            variables=variables(
                study, compared(study, endpoint) + survival["logrank_strata"], "type", "levels"
            ),
            curves=curves_of(study, endpoint),
            conventions=STUDIES[study]["conventions"],
        message:
            f"{study}: estimate survival, {endpoint}"
        script:
            "../scripts/estimate_survival.py"


for study, name, model in entries("models"):
    fitted = parts(study, model)

    rule:
        name:
            f"fit_cox_{study}_{name}"
        input:
            cohort=f"results/{study}/cohort/cohort.parquet",
            code=package_files("workflow/scripts/fit_cox.py"),
        output:
            estimates=files(study, "models/{population}/{endpoint}/cox_{m}.csv", fitted, m=name),
            fit=files(study, "models/{population}/{endpoint}/cox_{m}_fit.csv", fitted, m=name),
            ph=files(study, "models/{population}/{endpoint}/cox_{m}_ph.csv", fitted, m=name),
        log:
            f"results/{study}/logs/fit_cox_{name}.log",
        conda:
            ENVIRONMENT
        params:
            model={k: v for k, v in model.items() if k not in ("label", "endpoints", "populations")},
            parts=[{key: part[key] for key in ("population", "endpoint")} for part in fitted],
            variables=variables(study, model["covariates"] + model["strata"], "type", "levels"),
            conventions=STUDIES[study]["conventions"],
        message:
            f"{study}: fit Cox model '{name}'"
        script:
            "../scripts/fit_cox.py"
