"""Which files a script depends on, read from its import statements.

Snakemake watches a script only, not what it imports: a changed function two imports away would
leave stale results in silence. Every rule therefore lists these files as an input.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

PACKAGES = "(?:retrocohort|twin)"
SEARCH_PATH = Path("workflow")
LOCK_FILE = "envs/requirements.lock"
known: dict[str, list[str]] = {}  # file -> files that it imports


# Read as text, not as a syntax tree: that takes a tenth of the time, at each start of Snakemake.
# One module a statement, as the linter demands; an import quoted in a docstring counts as one.
IMPORT = re.compile(
    rf"^[ \t]*(?:import|from)[ \t]+({PACKAGES}\b[\w.]*)"
    r"(?:[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+))?",
    re.MULTILINE,
)


@cache
def local_imports(path: Path) -> frozenset[Path]:
    """Return the files of the package that one Python file imports by absolute name.

    The packages above an imported module are loaded with it.
    """
    names = set()
    for module, members in IMPORT.findall(path.read_text(encoding="utf-8")):
        words = (member.split() for member in members.strip("()").split(","))
        names |= {module} | {f"{module}.{word[0]}" for word in words if word}
    found = set()
    for parts in (name.split(".") for name in names):
        for depth in range(1, len(parts) + 1):
            module = SEARCH_PATH.joinpath(*parts[:depth])
            found |= {p for p in (module.with_suffix(".py"), module / "__init__.py") if p.exists()}
    return frozenset(found)


def imports_of_all() -> dict[str, list[str]]:
    """Return file -> files that it imports, of all that a rule may name."""
    files = [Path("Snakefile"), *SEARCH_PATH.rglob("*.py"), *SEARCH_PATH.rglob("*.smk")]
    return {path.as_posix(): sorted(map(Path.as_posix, local_imports(path))) for path in files}


def remember(imports: Mapping[str, list[str]]) -> None:
    """Let `package_files` take the imports of these files from here, and read them no more."""
    known.update(imports)


def package_files(script: str, *others: str) -> list[str]:
    """Return the script, all that it imports from the package, the lock file and `others`."""
    found, queue = set(), [script]
    while queue:
        path = queue.pop()
        if path not in found:
            found.add(path)
            own = known[path] if path in known else map(Path.as_posix, local_imports(Path(path)))
            queue.extend(own)
    return [*sorted(found), LOCK_FILE, *others]
