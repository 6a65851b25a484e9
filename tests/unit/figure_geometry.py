"""What stands where on a drawn figure, measured as matplotlib would draw it."""

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

TOUCHING = 0.6  # pixels at 288 dpi that two boxes may share: rounding of the renderer


def measured(figure):
    """Return (axes, text, box in pixels) of every text that is drawn."""
    figure.set_dpi(288)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    found = []
    for axes in figure.axes:
        texts: list[Text] = list(axes.texts)
        if axes.axison:
            texts += [*axes.get_xticklabels(), *axes.get_yticklabels()]
        texts = [text for text in texts if text.get_text().strip() and text.get_visible()]
        found += [(axes, text, text.get_window_extent(renderer)) for text in texts]
    return found


def overlap(a, b) -> bool:
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    tall = min(a.y1, b.y1) - max(a.y0, b.y0)
    return wide > TOUCHING and tall > TOUCHING


def check_texts(figure):
    """Assert that no two texts overlap and that none leaves the page; return what was measured."""
    found = measured(figure)
    page = figure.bbox
    for _, text, box in found:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.x1 and box.y1 <= page.y1
        assert inside, f"leaves the page: {text.get_text()!r}"
    for (_, a, box_a), (_, b, box_b) in combinations(found, 2):
        assert not overlap(box_a, box_b), f"overlap: {a.get_text()!r} and {b.get_text()!r}"
    assert not any("raw_" in text.get_text() for _, text, _ in found), "a raw name is shown"
    return found


def texts_of(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def by_gid(figure, start: str) -> list:
    return [a for a in figure.findobj(lambda a: (a.get_gid() or "").startswith(start))]
