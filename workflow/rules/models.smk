"""Survival estimates of each endpoint, and Cox models.

A job does one entry of the study file (an endpoint, a model) in all its populations: starting the
statistics library costs more than the fits, and an entry is what an author changes.

REQUIRED INPUTS  results/{study}/cohort/cohort.parquet
OUTPUTS          results/{study}/models/{population}/{endpoint}/*
"""

for plan, endpoint in [(p, e) for p in PLANS.values() for e in p.study["survival"]["endpoints"]]:
    estimated, curves = plan.survival_of(endpoint), plan.curves_of(endpoint)
    everywhere = plan.parts(plan.study["survival"] | {"endpoints": [endpoint]})

    rule:
        name:
            f"estimate_survival_{plan.name}_{endpoint}"
        input:
            cohort=f"{plan.folder}/cohort/cohort.parquet",
            code=package_files("workflow/scripts/estimate_survival.py"),
        output:
            quantiles=plan.files(f"models/{PLACE}/quantiles.csv", everywhere),
            logrank=plan.files(f"models/{PLACE}/logrank.csv", everywhere),
            landmarks=plan.files(f"models/{PLACE}/landmarks.csv", everywhere),
            followup=plan.files(f"models/{PLACE}/followup.csv", everywhere),
            curves=plan.files(f"models/{PLACE}/km_{{name}}.csv", curves, endpoint=endpoint),
        log:
            f"{plan.folder}/logs/estimate_survival_{endpoint}.log",
        priority: FIRST
        conda:
            ENVIRONMENT
        params:
            endpoint=endpoint,
            populations=[part["population"] for part in everywhere],
            survival=estimated,
            variables=plan.texts(
                estimated["variables"] + estimated["logrank_strata"], "type", "levels"
            ),
            curves=curves,
            conventions=plan.conventions("interval", "quantiles", "confidence"),
        message:
            f"{plan.name}: estimate survival, {endpoint}"
        script:
            "../scripts/estimate_survival.py"


for plan, name, model in entries("models"):
    fitted = plan.parts(model)

    rule:
        name:
            f"fit_cox_{plan.name}_{name}"
        input:
            cohort=f"{plan.folder}/cohort/cohort.parquet",
            code=package_files("workflow/scripts/fit_cox.py"),
        output:
            estimates=plan.files(f"models/{PLACE}/cox_{name}.csv", fitted),
            fit=plan.files(f"models/{PLACE}/cox_{name}_fit.csv", fitted),
            ph=plan.files(f"models/{PLACE}/cox_{name}_ph.csv", fitted),
        log:
            f"{plan.folder}/logs/fit_cox_{name}.log",
        priority: FIRST
        conda:
            ENVIRONMENT
        params:
            model={k: v for k, v in model.items() if k not in ("label", "endpoints", "populations")},
            parts=[{key: part[key] for key in ("population", "endpoint")} for part in fitted],
            variables=plan.model_variables(name, "type", "levels"),
            conventions=plan.conventions("confidence"),
        message:
            f"{plan.name}: fit Cox model '{name}'"
        script:
            "../scripts/fit_cox.py"
