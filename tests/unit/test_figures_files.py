"""The files of the figures: the same bytes each time, embedded fonts, cheap scripts, one style."""

import math
import subprocess
import sys
import warnings
from io import BytesIO

import numpy as np
import pytest
from figure_rows import CONVENTIONS, ROOT, STYLE, curve_case, rotterdam
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import rcParams
from matplotlib.font_manager import fontManager, get_font
from PIL import Image

from retrocohort import io
from retrocohort.faults import FaultsFound
from retrocohort.figures import canvas, curves, fonts, rasters
from retrocohort.figures.looks import LOOKS
from retrocohort.figures.placing import clearance, free_place, occupied

PART = {"population_label": "Full cohort", "endpoint_label": "Survival ≥ ½", "unit": "months"}


def save(folder):
    rows = curve_case({"": rotterdam()[::20]})
    with canvas.styled(STYLE):
        figure = curves.draw(PART, *rows, {}, None, CONVENTIONS)
        io.save_figure(figure, [str(folder / f"figure.{ending}") for ending in ("svg", "pdf")])
    for dpi in (300, 600):
        image = rasters.of_pdf(str(folder / "figure.pdf"), dpi)
        for ending in ("png", "tiff"):
            io.save_raster(image, str(folder / f"figure_{dpi}dpi.{ending}"), dpi)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return save(tmp_path_factory.mktemp("first"))


def test_two_runs_give_the_same_bytes(saved, tmp_path):
    assert save(tmp_path) == saved


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("ending", ["png", "tiff"])
def test_rasters_have_the_size_of_the_page_and_its_dots(saved, dpi, ending):
    image = Image.open(BytesIO(saved[f"figure_{dpi}dpi.{ending}"]))
    assert image.width == math.ceil(175 / 25.4 * dpi)
    assert image.mode == "RGB"
    assert image.info["dpi"] == pytest.approx((dpi, dpi), rel=1e-4)
    assert image.info.get("compression", "tiff_lzw") == "tiff_lzw"
    ink = np.asarray(image).min(axis=2) < 128
    assert 0.001 < ink.mean() < 0.2
    assert not ink[[0, -1]].any() and not ink[:, [0, -1]].any()


def test_fonts_of_the_pdf_are_embedded_as_true_type(saved):
    pdf = saved["figure.pdf"]
    assert b"CohortSans" in pdf
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf


def test_svg_needs_no_font(saved):
    assert b"<text" not in saved["figure.svg"]


def test_scripts_import_neither_pandas_nor_pyplot_nor_lifelines():
    code = (
        "import sys; sys.path[:0] = ['workflow', 'workflow/scripts'];"
        "import draw_curves, draw_forest, draw_flowchart, submit_figures;"
        "print({'pandas', 'scipy', 'lifelines', 'matplotlib.pyplot'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_style_gives_six_groups_apart_in_colour_and_in_grey():
    with canvas.styled(STYLE):
        styles = list(rcParams["axes.prop_cycle"])
        looked = [look.line(i) for look in LOOKS.values() for i in range(6)]
    assert len(styles) >= 6
    assert len({str(style["linestyle"]) for style in styles}) == len(styles)
    assert len({style["color"] for style in styles}) == len(styles)
    assert len({line["color"] for line in looked}) == 6 * len(LOOKS)
    for style in (*styles, *looked):
        assert contrast_on_white(style["color"]) > 4.5  # WCAG 2.1, level AA, for text


def contrast_on_white(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 1.05 / (np.dot(linear, (0.2126, 0.7152, 0.0722)) + 0.05)


@pytest.mark.parametrize("width", [1, 20, 60, 300])
def test_wrapped_lines_fit_and_lose_no_letter(width):
    text = "Oestrogen receptors ≥ 10 fmol/l, Donaudampfschifffahrtsgesellschaft"
    with canvas.styled(STYLE):
        lines = canvas.wrap(text, width)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(canvas.width_of(line) <= width or len(line) == 1 for line in lines)


def test_chinese_lines_end_between_characters_but_never_before_a_mark():
    text = "胰腺神经内分泌肿瘤（pNET）患者的总生存期，按手术方式分组：NR、PR 和 PHR。" * 3
    with canvas.styled(STYLE):
        for width in (60, 120, 300):
            lines = canvas.wrap(text, width)
            assert "".join(lines).replace(" ", "") == text.replace(" ", "")
            assert all(canvas.width_of(line) <= width for line in lines)
            assert not [line for line in lines if line[0] in "，。、：）" or line[-1] in "（"]
            full = [line for line in lines[:-1] if canvas.width_of(line) > width - 40]
            assert len(full) == len(lines) - 1 or width < 100


def test_chinese_is_drawn_in_a_font_and_embedded(tmp_path):
    rows = curve_case({"": rotterdam()[::20]})
    part = PART | {"population_label": "全部患者", "endpoint_label": "总生存期"}
    with canvas.styled(STYLE):
        figure = curves.draw(part, *rows, {}, None, CONVENTIONS)
        canvas.finish(figure, "合成数据，并非患者数据")
        paths = [str(tmp_path / f"chinese.{ending}") for ending in ("svg", "pdf")]
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # matplotlib warns of letters that it lacks
            io.save_figure(figure, paths)
    pdf = (tmp_path / "chinese.pdf").read_bytes()
    assert b"CohortSansSC" in pdf
    assert b"/Type3" not in pdf


def test_chinese_letters_stand_where_the_font_puts_them():
    font = get_font(str(ROOT / "report/fonts/CohortSansSC-Regular.ttf"))
    font.set_size(100, 72)
    opening, closing = (font.load_char(ord(mark)) for mark in "（）")
    wide = opening.linearHoriAdvance / 65536
    assert opening.bbox[0] / 64 > wide / 2 > closing.bbox[2] / 64  # ink on the side of the text


def test_a_letter_that_no_font_has_is_a_fault_and_no_box():
    with canvas.styled(STYLE):
        assert fonts.without_glyph("Survival ≥ ½, 总生存期（月）") == set()
        figure, layer = canvas.page(200, 50)
        canvas.write(layer, 5, 5, ["Level \U0002cb4a"])
        with pytest.raises(FaultsFound, match=r"no font has '\U0002cb4a' \(U\+2CB4A\), nor"):
            canvas.finish(figure, "")


@pytest.fixture
def of_the_system(tmp_path, monkeypatch):
    """Return a letter that only a font of the system has, which is made for it."""
    letter, path = "㎡", str(tmp_path / "system.ttf")
    font = TTFont(ROOT / "report/fonts/CohortSansSC-Regular.ttf")
    glyph = font.getBestCmap()[ord("期")]
    chosen = subset.Subsetter(subset.Options(name_IDs=["*"]))
    chosen.populate(unicodes=[ord("期")])
    chosen.subset(font)
    for table in font["cmap"].tables:
        table.cmap = {ord(letter): glyph}
    for record in font["name"].names:
        name = record.toUnicode().replace("Cohort Sans SC", "Of The System")
        record.string = name.replace("CohortSansSC", "OfTheSystem")
    font.save(path)
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setattr(fonts, "findSystemFonts", lambda: [path, str(broken)])
    fonts._family_with.cache_clear()
    yield letter
    fonts._family_with.cache_clear()
    fontManager.ttflist = [entry for entry in fontManager.ttflist if entry.fname != path]


def test_a_font_of_the_system_has_what_those_of_the_style_lack(of_the_system, tmp_path):
    text = f"Level {of_the_system}"
    with canvas.styled(STYLE):
        before = list(rcParams["font.family"])
        figure, layer = canvas.page(200, 50)
        canvas.write(layer, 5, 5, ["Level 1"])
        assert rcParams["font.family"] == before  # only where it is needed
        assert canvas.width_of(text) == pytest.approx(canvas.width_of("Level 期"))
        canvas.write(layer, 5, 20, [text])
        canvas.finish(figure, "")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            io.save_figure(figure, [str(tmp_path / "figure.pdf"), str(tmp_path / "figure.svg")])
    assert b"OfTheSystem" in (tmp_path / "figure.pdf").read_bytes()
    with canvas.styled(STYLE):
        assert rcParams["font.family"] == before


DROP = (np.array([0.0, 50, 50, 200]), np.array([100.0, 100, 20, 20]))  # falls early


def test_emptiest_corner_is_chosen():
    assert free_place((60, 30), (200, 100), [DROP]) == (200 - 60 - 6, 100 - 30 - 6)
    flat = (np.array([0.0, 200]), np.array([95.0, 95]))
    assert free_place((60, 30), (200, 100), [flat])[1] == 6


def test_no_place_where_curves_leave_none():
    fan = [(np.array([0.0, 200]), np.full(2, y)) for y in np.linspace(0, 100, 8)]
    assert free_place((60, 30), (200, 100), fan) is None
    assert free_place((300, 30), (200, 100), []) is None


def test_clearance_sees_a_vertical_step():
    reach = occupied([DROP], 200)
    assert clearance((30, 40, 40, 20), reach, 200) < 0
    assert clearance((100, 40, 40, 20), reach, 200) == pytest.approx(20)
