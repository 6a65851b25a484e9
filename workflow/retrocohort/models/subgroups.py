"""The effect of an exposure in all patients and in the subgroups of several splits of the cohort.

A split is a variable, whose levels are the subgroups, or a list of populations that share nobody.
Tests and hazard ratios of each are those of `interaction`: one Cox model of all its subgroups.
"""

from collections.abc import Mapping

from retrocohort.models.cox import fit_cox
from retrocohort.models.cox_rows import estimate_rows
from retrocohort.models.interaction import (
    RATIO_COLUMNS,
    TEST_COLUMNS,
    interaction_tables,
    subgroups_of,
)
from retrocohort.models.samples import Sample

TESTS = ["split", *TEST_COLUMNS]
EFFECTS = ["split", *RATIO_COLUMNS]
POPULATIONS = "populations"  # the split into populations; no variable, as it is a section's name


def subgroup_tables(
    frame, sample: Sample, entry: Mapping, variables, conventions: Mapping, place: str
) -> tuple[list[dict], list[dict]]:
    """Return the rows of the interaction tests, and of the hazard ratios, of all patients first.

    Parameters
    ----------
    entry : `by`, the exposure; `across`, variables; `subgroups`, populations, or nothing;
        `covariates`, of which that of the split itself is left out.
    conventions : ties and confidence.
    place : of the entry in the study file.
    """
    by, ties, confidence = entry["by"], conventions["ties"], conventions["confidence"]
    fit = fit_cox(frame, sample, [by, *entry["covariates"]], variables, {}, ties, False)
    overall = [row for row in estimate_rows(fit, confidence) if row["variable"] == by]
    tests, effects = [], [{"split": "", "subgroup": ""} | row for row in overall]
    for split in [*filter(None, [entry["subgroups"]]), *entry["across"]]:
        groups = subgroups_of(frame, sample, split, variables, place)
        others = [name for name in entry["covariates"] if name != split]
        asked = {"by": by, "covariates": others, "without": []}
        found = interaction_tables(frame, sample, asked, groups, variables, conventions)
        name = {"split": split if isinstance(split, str) else POPULATIONS}
        tests += [name | row for row in found[0]]
        effects += [name | row for row in found[1]]
    return tests, effects
