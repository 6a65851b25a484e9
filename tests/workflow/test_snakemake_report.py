"""Snakemake's own report holds the page, the documents and every figure, each with a caption."""

import subprocess
import sys
from pathlib import Path

STUDY = "rotterdam"


def test_every_figure_stands_in_the_report_of_snakemake(tmp_path):
    target = tmp_path / "report.html"
    command = [sys.executable, "-m", "snakemake", "--nolock", "--report", str(target)]
    command += ["--config", f"studies=[{STUDY}]"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    page = target.read_text(encoding="utf-8")
    figures = sorted(Path(f"results/{STUDY}/figures").rglob("*.svg"))
    assert len(figures) > 20
    documents = [Path(f"results/{STUDY}/report/{name}") for name in ("tables.docx", "report.html")]
    absent = [str(path) for path in (*figures, *documents) if str(path) not in page]
    assert absent == []
    captions = Path("report/captions").glob("*.rst")
    told = {path.stem: path.read_text(encoding="utf-8").split(".")[0][:40] for path in captions}
    unused = {"panels", "landmark"}  # this study has neither
    assert [name for name, text in told.items() if name not in unused and text not in page] == []
