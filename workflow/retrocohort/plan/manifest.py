"""What the manifest of a study has to list, and where nothing else may stand."""

from collections.abc import Mapping
from pathlib import Path

from retrocohort.checksums import files_of
from retrocohort.plan.entries import Plan
from retrocohort.plan.outputs import loose_files
from retrocohort.tracking import package_files

ABOUT = ("SHA256SUMS", "PROVENANCE*.md")  # what is known of the delivered files


def final_files(page: Plan) -> list[str]:
    """Return the results of a page that end a run; all others lead to them."""
    return [page.at("report/report.html"), *loose_files(page)]


def planned_with(study: str) -> list[str]:
    """Return the decisions of a study, and the code that plans its run."""
    rules = sorted(path.as_posix() for path in Path("workflow/rules").glob("*.smk"))
    own = files_of([f"config/studies/{study}", "config/defaults.yaml"])
    shared = files_of(["workflow/schemas", "profiles/default"])
    return [*own, *shared, *package_files("workflow/rules/common.smk", "Snakefile", *rules)]


def delivered(study: str, sources: Mapping[str, Mapping]) -> list[str]:
    """Return what was delivered; what else lies there may carry the name of a patient."""
    about = sorted(p.as_posix() for name in ABOUT for p in Path(f"data/{study}").glob(name))
    return [*(source["path"] for source in sources.values()), *about]


def complete_in(study: str) -> list[str]:
    """Return patterns of files, all of which are to be listed."""
    return [f"{folder}/{study}/**/*" for folder in ("data", "config/studies", "results")]


def seeds_of(part, key: str = "") -> dict[str, int]:
    """Return address -> number of every `seed` of a study file."""
    if isinstance(part, list):
        part = dict(enumerate(part))
    if not isinstance(part, Mapping):
        return {key: part} if key.rpartition(".")[2] == "seed" else {}
    found = {}
    for name, value in part.items():
        found |= seeds_of(value, f"{key}.{name}" if key else str(name))
    return found
