"""The manifest of a study: every file that its results were made from, and every result.

It is put together from what the jobs noted of themselves (`retrocohort.jobs`), backwards from the
final results, so that it lists what was really read and nothing that earlier runs left behind.
Its layout is described in `workflow/schemas/manifest.schema.yaml`.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from retrocohort.checksums import checksums, files_of

ROLES = {"data": "input", "config": "config", "results": "input"}  # of what no job made; else code


def path_of(study: str) -> str:
    """Return where the manifest of a study is; of what all studies share without a name."""
    return f"results/{study}/audit/manifest.json" if study else "results/manifest.json"


def makers(jobs: Mapping[str, Mapping]) -> dict[str, str]:
    """Return output -> the job that made it last, of jobs in the order of time."""
    return {path: log for log, job in jobs.items() for path in job["outputs"]}


def leading_to(files: Iterable[str], jobs: Mapping[str, Mapping]) -> list[str]:
    """Return the jobs that made some files, from the first to the last step."""
    made_by, found, queue = makers(jobs), set(), list(files)
    while queue:
        log = made_by.get(queue.pop())
        if log and log not in found:
            found.add(log)
            queue += jobs[log]["inputs"]
    return [log for log in jobs if log in found]


def compose(files: Iterable[str], noted: Mapping[str, Mapping]) -> dict:
    """Return jobs and files of a manifest.

    Parameters
    ----------
    files : iterable of str
        The final results, and what the run was planned with; folders stand for all their files.
    noted : mapping
        Log -> job, as `jobs.noted` gives them.

    Returns
    -------
    dict
        "jobs" and "files". Results have the checksum that their job noted, all else that of now.
    """
    files = files_of(files)
    jobs = {log: noted[log] for log in leading_to(files, noted)}
    made_by = makers(jobs)
    read = {path for job in jobs.values() for path in job["inputs"]}
    sums = checksums({*files, *read} - set(made_by))
    sums |= {path: jobs[log]["outputs"][path] for path, log in made_by.items()}
    return {
        "jobs": {log: _shown(log, job) for log, job in jobs.items()},
        "files": {path: _entry(path, sums[path], made_by.get(path)) for path in sorted(sums)},
    }


def _shown(log: str, job: Mapping) -> dict:
    is_code = {path: role_of(path) == "code" for path in job["inputs"]}
    return {key: job[key] for key in ("rule", "started", "seconds", "params")} | {
        "inputs": [path for path, code in is_code.items() if not code],
        "code": [path for path, code in is_code.items() if code],
        "outputs": [path for path in job["outputs"] if path != log],
    }


def _entry(path: str, checksum: str, log: str | None) -> dict:
    about = {"sha256": checksum, "bytes": Path(path).stat().st_size if Path(path).exists() else 0}
    if log is None:
        return about | {"role": role_of(path)}
    return about | {"role": "log" if path == log else "output", "job": log}


def role_of(path: str) -> str:
    """Return what a file that no job of the study made is to it."""
    return ROLES.get(path.partition("/")[0], "code")


def readers(manifest: Mapping, path: str) -> list[str]:
    """Return the jobs that read a file."""
    jobs = manifest["jobs"].items()
    return [log for log, job in jobs if path in job["inputs"] or path in job["code"]]
