"""The files that a script depends on are found, however deep, and nothing else."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from retrocohort import tracking
from retrocohort.tracking import package_files

PACKAGE = Path("workflow/retrocohort")
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted(Path("workflow/scripts").glob("*.py"))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a small project: script -> a -> sub.b -> sub.c, and an unrelated module."""
    files = {
        "workflow/scripts/step.py": "import json\nfrom retrocohort import a\n",
        "workflow/retrocohort/__init__.py": "",
        "workflow/retrocohort/a.py": "def f():\n    from retrocohort.sub.b import g\n",
        "workflow/retrocohort/sub/__init__.py": "",
        "workflow/retrocohort/sub/b.py": "import retrocohort.sub.c\n\ndef g(): ...\n",
        "workflow/retrocohort/sub/c.py": "import pandas\n",
        "workflow/retrocohort/unrelated.py": "from retrocohort import a\n",
        "Snakefile": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    tracking.local_imports.cache_clear()
    yield tmp_path
    tracking.local_imports.cache_clear()


def test_imports_are_followed_two_deep_also_inside_functions(project):
    assert package_files("workflow/scripts/step.py", "report/style.css") == [
        "workflow/retrocohort/__init__.py",
        "workflow/retrocohort/a.py",
        "workflow/retrocohort/sub/__init__.py",
        "workflow/retrocohort/sub/b.py",
        "workflow/retrocohort/sub/c.py",
        "workflow/scripts/step.py",
        "envs/requirements.lock",
        "report/style.css",
    ]


def test_every_form_of_an_import_is_read(project):
    script = project / "workflow/scripts/step.py"
    for text in (
        "from retrocohort.sub import (\n    b,\n    c as d,\n)\n",
        "from retrocohort.sub import b, c  # both\n",
        "import retrocohort.sub.b\nimport retrocohort.sub.c as d\n",
        "if True:\n\tfrom retrocohort.sub import c, b\n",
    ):
        script.write_text(text)
        tracking.local_imports.cache_clear()
        listed = package_files("workflow/scripts/step.py")
        assert {"workflow/retrocohort/sub/b.py", "workflow/retrocohort/sub/c.py"} <= set(listed)
        assert "workflow/retrocohort/a.py" not in listed


def test_modules_that_import_each_other_end(project):
    (project / "workflow/retrocohort/sub/c.py").write_text("from retrocohort import a\n")
    assert "workflow/retrocohort/a.py" in package_files("workflow/scripts/step.py")


def test_imports_that_were_kept_are_not_read_again(project, monkeypatch):
    monkeypatch.setattr(tracking, "known", {})
    read = package_files("workflow/scripts/step.py")
    kept = tracking.imports_of_all()
    assert kept["workflow/retrocohort/sub/c.py"] == [] and "Snakefile" in kept
    tracking.remember(kept)
    tracking.local_imports.cache_clear()
    (project / "workflow/scripts/step.py").unlink()
    assert package_files("workflow/scripts/step.py") == read


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_scripts_list_what_python_loads(script):
    """Compare with what an interpreter really loads when it imports the script."""
    code = (
        "import sys, runpy; sys.path.insert(0, 'workflow');"
        f"runpy.run_path({script.as_posix()!r}, run_name='script');"
        "print(*[m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'retrocohort'])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {Path(file).relative_to(Path.cwd()).as_posix() for file in run.stdout.split()}
    assert len(loaded) >= 2
    assert loaded <= set(package_files(script.as_posix()))


def test_figures_do_not_depend_on_the_models():
    files = package_files("workflow/scripts/draw_forest.py")
    assert not [file for file in files if "/records/" in file or "/cohort/" in file]
    assert "workflow/retrocohort/config/study.py" not in files


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=lambda path: path.as_posix())
def test_no_import_escapes_the_tracking(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            assert node.module != "importlib"
            assert not any(alias.name == "*" for alias in node.names)
        if isinstance(node, ast.Import):
            assert not [a.name for a in node.names if a.name.split(".")[0] == "importlib"]
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            assert name not in ("__import__", "import_module", "exec", "eval", "run_path")


def test_every_rule_lists_the_files_of_its_own_script():
    found = 0
    for path in Path("workflow/rules").glob("*.smk"):
        listed = re.findall(r'package_files\("workflow/scripts/(\w+)\.py"', path.read_text())
        used = re.findall(r'"\.\./scripts/(\w+)\.py"', path.read_text())
        assert listed == used, path
        found += len(used)
    assert found >= len(SCRIPTS)
