"""What stands where on a drawn figure, measured as matplotlib would draw it."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

TOUCHING = (
    0.6  # pixels at 300 dpi, as in the png that two boxes may share: rounding of the renderer
)


def measured(figure):
    """Return (axes, text, box in pixels) of every text that is drawn."""
    figure.set_dpi(300)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
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


def overlapping(boxes):
    """Return the pairs of places of boxes that overlap."""
    x0, y0, x1, y1 = np.array([box.extents for box in boxes]).T
    wide = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    tall = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    return np.argwhere(np.triu((wide > TOUCHING) & (tall > TOUCHING), k=1)).tolist()


def check_texts(figure):
    """Assert that no two texts overlap and that none leaves the page; return what was measured."""
    found = measured(figure)
    page = figure.bbox
    for _, text, box in found:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.x1 and box.y1 <= page.y1
        assert inside, f"leaves the page: {text.get_text()!r}"
    texts = [text.get_text() for _, text, _ in found]
    assert [(texts[a], texts[b]) for a, b in overlapping([box for *_, box in found])] == []
    assert not any("raw_" in text for text in texts), "a raw name is shown"
    return found


def texts_of(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def lines_of(figure) -> list[list[str]]:
    """Return the texts of each line of a page, from left to right."""
    lines = {}
    for text in figure.axes[0].texts:
        x, y = text.get_position()
        lines.setdefault(round(y, 3), []).append((x, text.get_text()))
    return [[word for _, word in sorted(own) if word] for _, own in sorted(lines.items())]


def by_gid(figure, start: str) -> list:
    return [a for a in figure.findobj(lambda a: (a.get_gid() or "").startswith(start))]
