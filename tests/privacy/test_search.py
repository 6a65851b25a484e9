"""The search for planted words finds them in every form and pack: else it would prove nothing."""

import base64
import gzip
import io
import zipfile

import docx
import matplotlib.pyplot as plt
import openpyxl
import pandas as pd
import pytest
from PIL import Image, PngImagePlugin

from tests.privacy.search import leaks

WORD, NAME = "Zelda Quixwood", "欧阳狐疑"


def figure(ending):
    drawn, axes = plt.subplots()
    target = io.BytesIO()
    drawn.savefig(target, format=ending, metadata={"Title": f"of {WORD}"})
    plt.close(drawn)
    return target.getvalue()


def archived():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt.gz", gzip.compress(WORD.encode()))
    return target.getvalue()


def document():
    target, made = io.BytesIO(), docx.Document()
    made.core_properties.author = WORD
    made.save(target)
    return target.getvalue()


def workbook():
    target, made = io.BytesIO(), openpyxl.Workbook()
    made.active.title = WORD
    made.save(target)
    return target.getvalue()


def compressed_text():
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", WORD, zip=True)
    target = io.BytesIO()
    Image.new("L", (2, 2)).save(target, "png", pnginfo=about)
    return target.getvalue()


def columns():
    target = io.BytesIO()
    pd.DataFrame({"a": [WORD] * 50}).to_parquet(target, compression="zstd")
    return target.getvalue()


FORMS = {
    "plain": WORD.upper().encode(),
    "utf-16": WORD.encode("utf-16"),
    "gb18030": f"患者{NAME}".encode("gb18030"),
    "escaped": b'{"a": "\\u6b27\\u9633\\u72d0\\u7591"}',
    "entities": "".join(f"&#{ord(c)};" for c in NAME).encode(),
    "url": b"?name=Zelda+Quixwood",
    "base64": base64.b64encode(f"x: {WORD}, y".encode()),
    "data_uri": b"src='data:image/svg+xml;base64," + base64.b64encode(gzip.compress(WORD.encode())),
    "archive": archived(),
    "document": document(),
    "workbook": workbook(),
    "pdf": figure("pdf"),
    "png": figure("png"),
    "svg": figure("svg"),
    "compressed_text": compressed_text(),
    "parquet": columns(),
}


@pytest.mark.parametrize("name", FORMS)
def test_it_is_found(tmp_path, name):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/file").write_bytes(FORMS[name])
    assert list(leaks(tmp_path, [WORD, NAME])) == ["results/file"]
    assert leaks(tmp_path, ["Nobody at all"]) == {}


def test_it_is_found_in_the_name_of_a_file(tmp_path):
    (tmp_path / f"{WORD}.log").touch()
    assert list(leaks(tmp_path, [WORD])) == [f"{WORD}.log"]
