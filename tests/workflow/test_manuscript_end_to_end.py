"""`make manuscript` on the example: filled, changes marked until the next change, holes told."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX

ROOT = Path(__file__).parents[2]
STUDY, NAME = "rotterdam", "os.full.cox.adjusted.hormone.yes.hr"


@pytest.fixture
def project(tmp_path):
    """Return a project with the numbers of one study, and no other results."""
    for folder in ("config", "workflow"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "config/config.yaml").write_text(f"studies: [{STUDY}]\n")
    folder = tmp_path / "results" / STUDY / "report"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "results" / STUDY / "report/numbers.json", folder)
    return tmp_path


def fill(project):
    """Return the exit code, what was said, and the folder of the filled manuscript."""
    command = [sys.executable, "workflow/manuscript.py"]
    env = os.environ | {"PYTHONPATH": "workflow"}
    run = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr, project / "results" / STUDY / "report"


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def marked(path):
    """Return the highlighted texts of the paragraphs of a document."""
    runs = [run for p in Document(path).paragraphs for run in p.runs]
    return [(run.text, run.font.highlight_color) for run in runs if run.font.highlight_color]


def test_the_example_is_filled_and_a_changed_number_marked(project):
    code, said, folder = fill(project)
    assert code == 0 and "0 changed" in said
    file = folder / "manuscript_filled.docx"
    text = "\n".join(p.text for p in Document(file).paragraphs)
    numbers = json.loads((folder / "numbers.json").read_text(encoding="utf-8"))
    shown = numbers["numbers"][NAME]["shown"]
    assert "{{" not in text and f"the hazard ratio of death was {shown} (95% CI" in text
    assert marked(file) == [] and rows(folder / "manuscript_changes.csv") == []
    first = file.read_bytes()
    fill(project)
    assert file.read_bytes() == first

    numbers["numbers"][NAME]["shown"] = "0.99"
    (folder / "numbers.json").write_text(json.dumps(numbers), encoding="utf-8")
    code, said, _ = fill(project)
    assert code == 0 and "1 changed" in said
    (change,) = rows(folder / "manuscript_changes.csv")
    assert (change["id"], change["before"], change["now"]) == (NAME, shown, "0.99")
    assert marked(file) == [("0.99", WD_COLOR_INDEX.YELLOW)]
    second = file.read_bytes()
    fill(project)
    assert file.read_bytes() == second  # filled again, nothing new: marked as before


def test_a_placeholder_without_a_number_is_told_with_the_nearest(project):
    folder = project / "config/studies" / STUDY
    (folder / "paper.md").write_text(f"HR {{{{{NAME}}}}}, {{{{{NAME}x}}}}.\n", encoding="utf-8")
    study = folder / "study.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace("manuscript.docx", "paper.md", 1))
    code, said, results = fill(project)
    assert code == 1
    assert f"line 1: nothing has the id '{NAME}x'. Did you mean {NAME}" in said
    assert rows(results / "manuscript_unmatched.csv")[0]["id"] == f"{NAME}x"
    filled = (results / "paper_filled.md").read_text(encoding="utf-8")
    assert f"=={{{{{NAME}x}}}}==" in filled and filled.startswith("HR 0.72, ")


def test_what_is_no_word_document_is_a_fault(project):
    (project / "config/studies" / STUDY / "manuscript.docx").write_text("no document")
    code, said, _ = fill(project)
    assert code == 1 and "manuscript.docx has 1 fault" in said and "no Word document" in said
    assert "Traceback" not in said
