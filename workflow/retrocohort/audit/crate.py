"""The results of a study as a Process Run Crate: what may be shared, and the jobs that made it.

The profile is https://w3id.org/ro/wfrun/process/0.5, on RO-Crate 1.1. Rows of patients stay at
home: of what is not shared the crate has the path and the checksum. `rocrate` is not in the lock
file of a report, but in envs/crate.lock.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import PurePath

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from retrocohort.audit import manifest as manifests
from retrocohort.language import LANGUAGES

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
VERSION = "1.1"  # of RO-Crate, on which the profile is built
SHARED = re.compile(  # numbers of groups of patients, what shows them, and what is said of the data
    rf"results/\w+/(({'|'.join(LANGUAGES)})/)?"
    r"((tables|models|figures|submission|report|audit)/.*"
    r"|cohort/(flow|endpoints|populations|arms)\.csv)$"
    rf"|data/\w+/PROVENANCE(\.({'|'.join(LANGUAGES)}))?\.md$"
)
OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    **{".csv": "text/csv", ".html": "text/html", ".md": "text/markdown", ".tex": "text/x-tex"},
    **{".json": "application/json", ".pdf": "application/pdf", ".svg": "image/svg+xml"},
    **{".png": "image/png", ".tiff": "image/tiff"},
    **{".docx": f"{OFFICE}.wordprocessingml.document", ".xlsx": f"{OFFICE}.spreadsheetml.sheet"},
}
COMPLETED = "http://schema.org/CompletedActionStatus"


def crate_of(manifest: Mapping) -> ROCrate:
    """Return the crate of a study, from its manifest; the files are read when it is written."""
    crate, own = ROCrate(version=VERSION), manifests.path_of(manifest["study"])
    crate.metadata.extra_terms["sha256"] = "http://schema.org/sha256"  # younger than RO-Crate 1.1
    crate.add_file(own, own, properties=_described(own))
    entities = {
        path: crate.add_file(path, path, properties=_described(path) | _sums(about))
        for path, about in manifest["files"].items()
        if SHARED.match(path)
    }
    root, job = crate.root_dataset, manifest["jobs"][manifest["files"][_report(manifest)]["job"]]
    root["name"] = job["params"]["study"]["title"]
    root["description"] = _description(manifest, job["params"]["study"]["notice"])
    root["datePublished"] = manifest["written"]
    root["license"] = entities[f"data/{manifest['study']}/PROVENANCE.md"]
    root["conformsTo"] = _add(crate, PROFILE, "CreativeWork", name="Process Run Crate")
    root["mentions"] = [_action(crate, manifest, log, entities) for log in manifest["jobs"]]
    return crate


def _report(manifest: Mapping) -> str:
    return f"results/{manifest['study']}/report/report.html"


def _description(manifest: Mapping, notice: str) -> str:
    told = (
        "Tables, models, figures and report of a cohort study, with the jobs that made them."
        f" Records of patients are not in the crate. {_report(manifest)} is the place to start;"
        f" licence and origin of the data stand in data/{manifest['study']}/PROVENANCE.md."
    )
    return f"{told} {notice}".strip()


def _add(crate: ROCrate, identifier: str, kind: str, **properties) -> ContextEntity:
    return crate.add(ContextEntity(crate, identifier, properties={"@type": kind, **properties}))


def _described(path: str) -> dict:
    pure = PurePath(path)
    return {"name": pure.name, "encodingFormat": FORMATS.get(pure.suffix, "text/plain")}


def _sums(about: Mapping) -> dict:
    return {"sha256": about["sha256"], "contentSize": str(about["bytes"])}


def _action(crate: ROCrate, manifest: Mapping, log: str, entities: dict) -> ContextEntity:
    """Add a job: its script, what it read and what it made."""
    job = manifest["jobs"][log]
    start = datetime.fromisoformat(job["started"])
    end = start + timedelta(seconds=job["seconds"])
    return crate.add_action(
        _script(crate, manifest, job, entities),
        identifier=f"#{log}",
        object=_one_or_more(_file(crate, manifest, path, entities) for path in job["inputs"]),
        result=_one_or_more(_file(crate, manifest, path, entities) for path in job["outputs"]),
        properties={
            "name": job["rule"],
            "description": f"Its parameters and code stand in the manifest, as job {log}.",
            "startTime": start.isoformat(timespec="milliseconds"),
            "endTime": end.isoformat(timespec="milliseconds"),
            "actionStatus": COMPLETED,
        },
    )


def _one_or_more(entities):
    """Return a list, or its only item, as JSON-LD is written."""
    found = list(entities)
    return found[0] if len(found) == 1 else found


def _script(crate: ROCrate, manifest: Mapping, job: Mapping, entities: dict) -> ContextEntity:
    (path,) = [path for path in job["code"] if path.startswith("workflow/scripts/")]
    if path not in entities:
        sums, git = _sums(manifest["files"][path]), manifest["git"]
        commit = git["commit"] if git else "not under version control"
        entities[path] = _add(
            crate, f"#{path}", "SoftwareSourceCode", name=path, version=commit, **sums
        )
    return entities[path]


def _file(crate: ROCrate, manifest: Mapping, path: str, entities: dict) -> ContextEntity:
    """Return the entity of a file; of one that is not shared, its path and checksum alone."""
    if path not in entities:
        sums = _sums(manifest["files"][path])
        told = "Not in the crate: rows of patients, or a decision of the study."
        entities[path] = _add(
            crate, f"#{path}", "CreativeWork", name=path, description=told, **sums
        )
    return entities[path]
