"""The section of diagnostics: proportional hazards and fit of every Cox model."""

from collections.abc import Sequence
from itertools import groupby

from retrocohort.language import say, template
from retrocohort.report.blocks import Block, Sheet, details, heading
from retrocohort.report.coefficients import fit_table, fits_table, hazards_table
from retrocohort.report.findings import exposure
from retrocohort.report.further_tables import hazards_table as overview
from retrocohort.report.outcomes import Part, named, whole_first

OVERVIEW = template(
    "Test of proportional hazards, by scaled Schoenfeld residuals against the Kaplan-Meier"
    " transform of time, of every multivariable Cox model"
)


def diagnostics_section(sheet: Sheet, models: Sequence[Part]) -> list[Block]:
    """Return the diagnostics of all models, nothing for a study without one."""
    blocks = []
    tested = [part for part in models if part["kind"] == "multivariable" and part["ph"]]
    if tested:
        about = say(OVERVIEW), tested, exposure(sheet.study), sheet.labels
        table = sheet.table(overview("diagnostics-hazards-table", *about), main=True)
        blocks += [heading("diagnostics-hazards", say("Proportional hazards")), *table]
    if models:
        blocks.append(heading("diagnostics-fit", say("Fit of each model")))
    for _, parts in groupby(models, key=lambda part: part["name"]):
        parts = whole_first(list(parts))
        tables = [block for part in parts for block in _fit(sheet, part)]
        blocks.append(details(say("Cox model: {label}", label=parts[0]["label"]), tables))
    return blocks


def _fit(sheet: Sheet, part: Part) -> list[Block]:
    """Return fit and test of proportional hazards of one model in one population."""
    place, about = named(part)
    fits = fits_table if part["kind"] == "univariable" else fit_table
    table = fits(
        f"fit-{place}", say("Fit. {about}", about=about), part["fit"], sheet.labels, part["penalty"]
    )
    blocks = sheet.table(table)
    if part["ph"]:
        title = say("Test of proportional hazards. {about}", about=about)
        blocks += sheet.table(hazards_table(f"ph-{place}", title, part["ph"], sheet.labels))
    return blocks
