"""The studies of this run, checked before any job, and what every rule file uses.

REQUIRED INPUTS  config/config.yaml, config/studies/{study}/*, headers of data/{study}/*
OUTPUTS          STUDIES, PLANS, REPORTS, RELEASES, PAGES, RESULTS, SHOWN, entries(), presented(), study_param(),
                 page_param(), pages_in(), drawings(), in_report(), start_server() and end_timers()
"""

import os
import sys
from itertools import repeat
from pathlib import Path

from snakemake.logging import logger

from thrift import end_timers, remember_checksums, remember_sizes

from retrocohort import alone
from retrocohort.config.passed import digest_of, kept
from retrocohort.config.key import key_facts
from retrocohort.faults import FaultsFound, without_values
from retrocohort.inert import inert
from retrocohort.places import folder_faults, linked_out
from retrocohort.plan.checked import checked_files, checked_parts, checked_rows
from retrocohort.plan.entries import PLACE, Plan
from retrocohort.plan.manifest import complete_in, delivered, final_files, planned_with, seeds_of
from retrocohort.plan.outputs import (
    GATES,
    noted_tables,
    notices,
    paper_files,
    provenance_of,
)
from retrocohort.plan.page import (
    copied_from,
    copies,
    index_facts,
    report_contents,
    report_facts,
    shown_files,
)
from retrocohort.plan.readers import disclosed_pages_of, pages_of
from retrocohort.plan.released import disclosed_files, earlier_releases, judged_files, packed
from retrocohort.plan.rendered import compared_files, printed_files, printed_pages
from retrocohort.plan.verified import (
    verified_conventions,
    verified_files,
    verified_parts,
    verified_variables,
)
from retrocohort.private import close_folder
from retrocohort.tracking import imports_of_all, package_files, remember

RESULTS = "results/{study}"
SHOWN = "results/{page}"
FIRST = 2  # of what computes numbers: the longest job, a second engine, waits for all of them
ENVIRONMENT = "../../envs/analysis.yaml"
PASSED = Path(".snakemake/retrocohort/passed")
READ = ("config", "workflow", "Snakefile")  # by the checks, and all code

remember_checksums()
remember_sizes()
if workflow.is_main_process and not alone.hold(wait=False):
    logger.warning(f"Wait: {alone.holder()} is still working.")

# each step prints its own line when it ends; the scheduler's say nothing more
logger.addFilter(lambda record: not str(record.msg).startswith(("Select jobs", "Execute ")))


def check_delivered_files(study, sources, variables):
    """Return the faults of the delivered files, and of the papers that go with them.

    Files that passed are not opened again until they, or what is asked of them, change.
    """
    from retrocohort.records.headers import check_source_files

    faults = folder_faults(study)
    if linked_out(f"data/{study}"):
        return faults  # nothing behind them is opened
    asked = [entry["columns"] for entry in variables.values()]
    files = [Path(source["path"]) for source in sources.values()]
    stats = [(f.stat().st_size, f.stat().st_mtime_ns) for f in files if f.exists()]
    stamp = PASSED / f"{digest_of([], sources, asked, stats)}.data"
    if not stamp.exists():
        found = check_source_files(sources, variables)
        faults += found
        if not found:
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.touch()
    return faults


def load_checked():
    """Return config.yaml and its studies, all of whose files are sound.

    Imports stand here, as the validator costs a tenth of a start that finds nothing to do.
    """
    from retrocohort.config.study import load_config, load_studies

    read = load_config(config)
    return [read, load_studies(read["studies"], check_delivered_files)]


def check_again(studies):
    """Raise the faults of delivered files that have changed since the studies passed."""
    faults = [
        fault
        for name, study in studies.items()
        for fault in check_delivered_files(name, study["sources"], study["variables"])
    ]
    if faults:
        raise FaultsFound(faults)


try:
    close_folder(Path(".snakemake"))  # what a killed job leaves there is for nobody else
    digest = digest_of(READ, config, key_facts(), os.getcwd())
    remember(kept(PASSED / f"{digest}.imports", imports_of_all))
    config, STUDIES = kept(PASSED / f"{digest}.json", load_checked)
    check_again(STUDIES)
except FaultsFound as found:
    logger.error(str(found))
    sys.exit(1)
except Exception as error:
    logger.error(f"The studies could not be checked. {without_values(error)}")
    sys.exit(1)

# paths are taken from STUDIES; what becomes a parameter or a label, from here
PLANS = {name: Plan(name, inert(study)) for name, study in STUDIES.items()}
REPORTS = {page: own for plan in PLANS.values() for page, own in pages_of(plan).items()}
# what `make release` asks for is planned for it alone: rules cost time at each start
ASKED = [plan for name, plan in PLANS.items() if name == os.environ.get("RETROCOHORT_RELEASE")]
RELEASES = {page: own for plan in ASKED for page, own in disclosed_pages_of(plan).items()}
PAGES = REPORTS | RELEASES

# Snakemake would import pandas, for 0.5 s at each start, only to see that no parameter of ours is a
# data frame; jobs are processes of their own and do not notice.
sys.modules.setdefault("pandas", None)


def start_server():
    """Let the jobs of this machine start from a process that has imported the libraries."""
    if workflow.local_exec and sys.platform == "linux":
        import warm

        sys.executable = warm.start()  # which Snakemake puts before the name of a script


wildcard_constraints:
    study="[a-z][a-z0-9_]*",
    page="[a-z][a-z0-9_]*(/disclosed)?(/zh)?",
    gate="|".join(GATES),


def study_param(*keys):
    """Return a getter of one part of the study, so that a rule tracks its own keys only."""

    def get(wildcards):
        value = PLANS[wildcards.study].study
        for key in keys:
            value = value[key.format(**wildcards)]
        return value

    return get


def page_param(*keys):
    """Return the same of what readers see of the study, in one language."""

    def get(wildcards):
        value = PAGES[wildcards.page].study
        for key in keys:
            value = value[key]
        return value

    return get


def entries(section):
    """Return (plan, name, entry) of every named entry of a section, study by study."""
    return [(p, name, entry) for p in PLANS.values() for name, entry in p.study[section].items()]


def presented(section):
    """Return the same of what readers see: in each language of a study."""
    return [(p, name, entry) for p in PAGES.values() for name, entry in p.study[section].items()]


def pages_in(study):
    """Return the pages of a study, one a language."""
    return [page for page in REPORTS.values() if page.name == study]


def in_report(plan, file, caption, part):
    """Return a figure that Snakemake's own report shows, with a caption and labels."""
    about = {"population": part["population_label"], "endpoint": part.get("endpoint_label", "")}
    about["figure"] = Path(file).stem
    return report(
        file,
        caption=f"../../report/captions/{caption}.rst",
        category=plan.page,
        subcategory=caption,
        labels=about,
    )


def drawings(plan, stem, parts, caption):
    """Return the outputs of a rule that draws a figure of each part."""
    drawn = plan.drawings(stem, parts)
    shown = [in_report(plan, *item) for item in zip(drawn["svg"], repeat(caption), parts)]
    return drawn | {"svg": shown}
