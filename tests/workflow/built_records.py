"""The records of the real studies, made once a session by the scripts themselves."""

import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace

from retrocohort.config.study import load_study
from retrocohort.plan.entries import Plan

SCRIPTS = Path("workflow/scripts")
OUTPUTS = {
    "read_records": {
        "records": "records.parquet",
        "linkage": "linkage.csv",
        "centres": "centres.csv",
    },
    "clean_records": {
        "cleaned": "cleaned.parquet",
        "cleaned_csv": "cleaned.csv",
        "cleaning_log": "cleaning_log.csv",
        "derivation_log": "derivation_log.csv",
        "problems": "problems.csv",
    },
}


def run_script(name: str, folder: Path, params: dict, **inputs) -> None:
    """Run the `main` of a script as Snakemake would."""
    sys.path.insert(0, str(SCRIPTS.resolve()))
    try:
        main = __import__(name).main
    finally:
        sys.path.pop(0)
    output = {key: str(folder / file) for key, file in OUTPUTS[name].items()}
    main(
        SimpleNamespace(
            input=SimpleNamespace(**inputs),
            params=SimpleNamespace(**params),
            output=SimpleNamespace(**output),
        )
    )


def build_records(study: dict, folder: Path) -> Path:
    """Run both scripts on a study as `load_study` or a test gives it."""
    read = {"sources": study["sources"], "variables": study["variables"]}
    centres = {"centres": Plan("", study).declared_centres()}
    run_script("read_records", folder, read | centres, key=study["key_file"])
    clean = read | {"codes": study["codes"], "derive": study["derive"]}
    clean["checks"] = study.get("checks", [])
    run_script("clean_records", folder, clean, records=str(folder / "records.parquet"))
    return folder


@cache
def records_of(name: str) -> Path:
    """Return the folder with the records of a real study."""
    study = load_study(f"config/studies/{name}", f"data/{name}")
    return build_records(study, Path(mkdtemp(prefix=f"records-{name}-")))
