"""Whether files are as they were made and used: checked when a manifest is written, and later."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from retrocohort import io, jobs, signed
from retrocohort.audit import manifest as manifests
from retrocohort.audit import release
from retrocohort.checksums import checksums, files_of, is_left_behind
from retrocohort.faults import Fault

AGAIN = "Make it again: .venv/bin/python -m snakemake --cores 2 --forcerun {}"
RUN = "Run `make report`."
MADE = ("output", "log")  # roles
OLD = "It is of an earlier version of the workflow or study, or of neither, and may be deleted."
# what programs leave while they work, and Snakemake beside a folder that it made: of no content
LEFT_BEHIND = re.compile(r"\.DS_Store|\.~lock\..*#|~\$.*|\..*\.sw[a-p]|\.snakemake_timestamp")
SHOWN = 3  # files of a job that are named
# what somebody asked for and no job of a run reads: pictures, and releases with their own checksums
ASKED = re.compile(r"/report/screenshots/|^results/\w+/(disclosed|release)/")


def faults_of_run(manifest: Mapping, finals: Iterable[str], noted: Mapping) -> list[Fault]:
    """Return what keeps a manifest from being written.

    Parameters
    ----------
    manifest : mapping
        "jobs" and "files", as `manifest.compose` returns them.
    finals : iterable of str
        Results that a job must have made.
    noted : mapping
        Log -> job, as `jobs.noted` gives them.
    """
    files, differing = manifest["files"], _differing(manifest)
    faults = _altered(manifest, differing, {})
    for path in files_of(finals):
        if files[path]["role"] not in MADE:
            problem = "is not known to have been made by a job."
            faults.append(Fault(path, "", problem, f"Delete it. {RUN}"))
    for log, job in manifest["jobs"].items():
        for path, checksum in noted[log]["inputs"].items():
            if checksum != files[path]["sha256"] and path not in differing:
                problem = f"is not what {job['rule']} read."
                faults.append(Fault(path, "", problem, AGAIN.format(job["rule"])))
    return faults


def faults_of_study(study: str) -> list[Fault]:
    """Return what is altered, missing, stale or extra of a study; "": what all studies share."""
    path = manifests.path_of(study)
    if not Path(path).is_file():
        return [Fault(path, "", "is missing: no run came to its end.", RUN)]
    manifest = signed.read(path)
    if manifest is None:
        return [Fault(path, "", "was altered by hand.", f"Delete it. {RUN}")]
    differing, filled = _differing(manifest), _filled(study)
    sources = [path for path in differing if manifest["files"][path]["role"] not in MADE]
    faults = _altered(manifest, differing, jobs.noted(f"results/{study}"))
    faults += [_changed(manifest, path, differing[path]) for path in sources]
    faults += [_extra(path) for path in extras(manifest) if path not in filled.get("outputs", {})]
    faults += _altered_since(filled) + _stale(manifest, sources)
    return faults + release.faults_of(f"results/{study}/release")


def altered_of(study: str, files: Iterable[str]) -> list[Fault]:
    """Return a fault of each of some results that is not as it was made, where that is known."""
    manifest = signed.read(manifests.path_of(study))
    if manifest is None:
        return []
    listed = {path: manifest["files"][path] for path in files if path in manifest["files"]}
    differing = _differing({"files": listed})
    return _altered(manifest, differing, jobs.noted(f"results/{study}"))


def extras(manifest: Mapping) -> list[str]:
    """Return the files that stand where every file is to be listed, and are not."""
    matching = (path for pattern in manifest["complete"] for path in Path().glob(pattern))
    there = {file.as_posix() for path in matching for file in _content(path)}
    known = {*manifest["files"], manifests.path_of(manifest["study"])}
    return sorted(path for path in there - known if not ASKED.search(path) and not _is_left(path))


def _is_left(path: str) -> bool:
    """Return whether a file is a well-known leftover; beside a study file also any copy: x~."""
    name = Path(path).name
    holds = path.startswith(("data/", "results/"))
    return bool(LEFT_BEHIND.fullmatch(name)) or (is_left_behind(name) and not holds)


def _content(path: Path) -> Iterator[Path]:
    """Yield a file, or what is in a linked folder, which a pattern does not enter."""
    if not path.is_dir():
        yield path
    elif path.is_symlink():
        inside = [Path(at, name) for at, _, names in os.walk(path) for name in names]
        yield from inside or [path]


def _differing(manifest: Mapping) -> dict[str, str]:
    """Return file -> checksum of now, "" if it is missing, of all that is not as it is listed."""
    files = manifest["files"]
    return {path: s for path, s in checksums(files).items() if s != files[path]["sha256"]}


def _altered(manifest: Mapping, differing: Mapping, noted: Mapping) -> list[Fault]:
    """Return a fault of each result that is missing or another one; `noted` knows later jobs."""
    faults, made_by = [], manifests.makers(noted)
    for path, checksum in differing.items():
        if manifest["files"][path]["role"] not in MADE:
            continue
        rule = manifest["jobs"][manifest["files"][path]["job"]]["rule"]
        if not checksum:
            faults.append(Fault(path, "", f"is missing; {rule} made it.", AGAIN.format(rule)))
        elif _has_stopped(manifest, path, differing):
            faults.append(Fault(path, "", f"tells why {rule} stopped.", RUN))
        elif path in made_by and noted[made_by[path]]["outputs"][path] == checksum:
            faults.append(Fault(path, "", f"was made anew by {rule}, but nothing after it.", RUN))
        else:
            problem = f"was altered by hand after {rule} made it."
            faults.append(Fault(path, "", problem, AGAIN.format(rule)))
    return faults


def _has_stopped(manifest: Mapping, path: str, differing: Mapping) -> bool:
    """Return whether a log is that of a job that failed, whose outputs Snakemake has deleted."""
    entry = manifest["files"][path]
    outputs = manifest["jobs"][entry["job"]]["outputs"] if entry["role"] == "log" else ()
    return bool(outputs) and all(differing.get(output) == "" for output in outputs)


def _changed(manifest: Mapping, path: str, checksum: str) -> Fault:
    """Return the fault of a file that jobs, or the plan of the run, were made from."""
    reading = manifests.readers(manifest, path)
    rules = dict.fromkeys(manifest["jobs"][log]["rule"] for log in reading)
    used = f"{', '.join(rules)} read it" if rules else "the run was planned"
    problem = f"has changed since {used}." if checksum else f"is missing; it was there when {used}."
    return Fault(path, "", problem, f"Put it back as it was, or: {RUN}")


def _extra(path: str) -> Fault:
    if path.startswith("results/"):
        return Fault(path, "", "is extra: no job of the study made it.", OLD)
    is_linked = any(folder.is_symlink() for folder in (Path(path), *Path(path).parents))
    never_read = is_linked or is_left_behind(Path(path).name)
    remedy = "Take it away." if never_read else f"Take it away, or: {RUN}"
    return Fault(path, "", "is extra: the run did not know it.", remedy)


def _stale(manifest: Mapping, sources: Iterable[str]) -> list[Fault]:
    """Return a fault of each job that read what has changed, or what was made from it."""
    made, stale = manifest["jobs"], {}
    causes = {path: path for path in sources}  # file -> the source that has changed
    found = True
    while found:  # a file that was made anew, as it was, may be younger than what was made from it
        found = False
        for log in made.keys() - stale.keys():
            read = (*made[log]["inputs"], *made[log]["code"])
            cause = next((causes[path] for path in read if path in causes), None)
            if cause:
                found, stale[log] = True, cause
                causes |= dict.fromkeys(made[log]["outputs"], cause)
    return [_stale_job(manifest, made[log], stale[log]) for log in made if log in stale]


def _stale_job(manifest: Mapping, job: Mapping, cause: str) -> Fault:
    folder = f"results/{manifest['study']}".rstrip("/")
    names = [path.removeprefix(f"{folder}/") for path in job["outputs"]]
    files = ", ".join(names[:SHOWN])
    if len(names) > SHOWN:
        files = f"{len(names)} files, of them {SHOWN}: {files}"
    return Fault(folder, job["rule"], f"stale, as {cause} has changed: {files}.")


def _filled(study: str) -> dict:
    """Return the job of `make manuscript`, which comes after the manifest, if there was one."""
    memory = Path(f"history/{study}/manuscript.json")
    return io.read_json(str(memory)).get("job", {}) if memory.is_file() else {}


def _altered_since(filled: Mapping) -> list[Fault]:
    """Return a fault of each filled manuscript that was altered or is stale, if it is there."""
    faults = []
    made = {path: s for path, s in checksums(filled.get("outputs", ())).items() if s}
    for path, checksum in made.items():
        if checksum != filled["outputs"][path]:
            problem = f"was altered by hand after {filled['rule']} made it."
            faults.append(Fault(path, "", problem, f"Move it away. Run `{filled['rule']}`."))
    for path, checksum in checksums(filled["inputs"] if made else ()).items():
        if checksum != filled["inputs"][path]:
            problem = f"has changed since `{filled['rule']}` read it."
            faults.append(Fault(path, "", problem, f"Run `{filled['rule']}`."))
    return faults
