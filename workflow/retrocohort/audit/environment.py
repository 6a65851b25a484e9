"""On what a run ran: the versions of its packages, Python, the platform, the commit."""

import platform
import re
import subprocess
from importlib.metadata import distributions

from retrocohort.checksums import sha256
from retrocohort.report.provenance import versions


def environment(lock_file: str, lock: str) -> dict:
    """Return Python, platform and packages, and where the packages are not those of the lock."""
    about = [each.metadata for each in distributions()]  # read at each access
    installed = {plain(each["Name"]): each["Version"] for each in about}
    locked = {plain(name): version for name, version in versions(lock)}
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "lock": {"path": lock_file, "sha256": sha256(lock_file)},
        "packages": dict(sorted(installed.items())),
        "differs_from_lock": {
            name: {"lock": version, "installed": installed.get(name)}
            for name, version in locked.items()
            if installed.get(name) != version
        },
    }


def plain(name: str) -> str:
    """Return the name of a package as indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def git_state() -> dict | None:
    """Return the commit, and whether files differ from it; nothing outside of a repository."""
    commit = _git("rev-parse", "HEAD")
    status = _git("--no-optional-locks", "status", "--porcelain")
    if commit is None or status is None:
        return None
    return {"commit": commit.strip(), "dirty": bool(status)}


def _git(*arguments: str) -> str | None:
    try:
        run = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout
