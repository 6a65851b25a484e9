"""Snakemake's own report holds the page, the documents and every figure, each with a caption.

Its study has attacks for texts: Snakemake writes parameters and labels into a script of its page.
The results are those of the shipped study, as a report shows what is there.
"""

import html.parser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

STUDY = "rotterdam"
STUDY_FILE = f"config/studies/{STUDY}/study.yaml"
EVIL = "</script><svg onload=window.hacked=1> <!-- <script> {{id}} {grade} & \"q\" 'q' \\u003c < 5"
SAID = json.dumps(EVIL)  # which is YAML too
ATTACKED = {  # part of a study file -> the same with an attack
    "title: Hormonal": f"notice: {SAID}\ntitle: Hormonal",
    "label: Premenopausal": f"label: {SAID}",
    "label: Overall survival": f"label: {SAID}",
}
JOINER = "\N{WORD JOINER}"  # which nobody sees


class Scripts(html.parser.HTMLParser):
    """What a browser sees: the text of each script by its id, and every tag outside of them."""

    def __init__(self):
        super().__init__()
        self.texts, self.tags, self._id = {}, set(), None

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._id = dict(attrs).get("id") if tag == "script" else None

    def handle_data(self, data):
        self.texts[self._id] = self.texts.get(self._id, "") + data


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return the report of the attacked study as text."""
    project = tmp_path_factory.mktemp("project")
    for path in Path().resolve().iterdir():
        if path.name not in (".snakemake", "config", "tests"):
            (project / path.name).symlink_to(path)
    (project / ".snakemake").mkdir()
    (project / ".snakemake/metadata").symlink_to(Path(".snakemake/metadata").resolve())
    shutil.copytree("config", project / "config")
    text = (project / STUDY_FILE).read_text(encoding="utf-8")
    for before, after in ATTACKED.items():
        assert before in text
        text = text.replace(before, after)
    (project / STUDY_FILE).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--nolock", "--report", "report.html"]
    command += ["--config", f"studies=[{STUDY}]"]
    run = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return (project / "report.html").read_text(encoding="utf-8")


def test_every_figure_stands_in_the_report_of_snakemake(page):
    figures = sorted(Path(f"results/{STUDY}/figures").rglob("*.svg"))
    assert len(figures) > 20
    documents = [Path(f"results/{STUDY}/report/{name}") for name in ("tables.docx", "report.html")]
    absent = [str(path) for path in (*figures, *documents) if str(path) not in page]
    assert absent == []
    captions = Path("report/captions").glob("*.rst")
    told = {path.stem: path.read_text(encoding="utf-8").split(".")[0][:40] for path in captions}
    unused = {"panels", "landmark"}  # this study has neither
    assert [name for name, text in told.items() if name not in unused and text not in page] == []


def test_a_text_of_the_study_is_no_markup_in_the_report_of_snakemake(page):
    found = Scripts()
    found.feed(page)
    assert "svg" not in found.tags
    results = json.loads(found.texts["results"].partition("=")[2].strip().rstrip(";"))
    captions = [about.pop("caption") for about in results.values()]
    assert not re.search("<[A-Za-z/!?]", json.dumps(results)) and EVIL not in "".join(captions)
    labels = [about["labels"] for about in results.values() if about["labels"]]
    assert EVIL in {label.replace(JOINER, "") for own in labels for label in own.values()}
    (chart,) = (about for path, about in results.items() if path.endswith("/flowchart.svg"))
    params = chart["job_properties"]["params"].replace(JOINER, "").replace(r"\"", '"')
    assert f"notice={EVIL}" in params
