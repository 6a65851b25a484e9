"""Which files a script depends on, read from its import statements.

Snakemake watches a script only, not what it imports: a changed function two imports away would
leave stale results in silence. Every rule therefore lists these files as an input.
"""

import ast
from functools import cache
from pathlib import Path

PACKAGE = "retrocohort"
SEARCH_PATH = Path("workflow")
LOCK_FILE = "envs/requirements.lock"


@cache
def local_imports(path: Path) -> frozenset[Path]:
    """Return the files of the package that one Python file imports by absolute name.

    The packages above an imported module are loaded with it.
    """
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    found = set()
    for parts in (name.split(".") for name in names):
        for depth in range(1, len(parts) + 1) if parts[0] == PACKAGE else ():
            module = SEARCH_PATH.joinpath(*parts[:depth])
            found |= {p for p in (module.with_suffix(".py"), module / "__init__.py") if p.exists()}
    return frozenset(found)


def package_files(script: str, *others: str) -> list[str]:
    """Return the script, all that it imports from the package, the lock file and `others`."""
    found, queue = set(), [Path(script)]
    while queue:
        path = queue.pop()
        if path not in found:
            found.add(path)
            queue.extend(local_imports(path))
    return sorted(path.as_posix() for path in found) + [LOCK_FILE, *others]
