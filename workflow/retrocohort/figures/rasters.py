"""The pixels of a finished figure, taken from its PDF: drawn once, the same in every format."""

from PIL import Image
from pypdfium2 import PdfDocument


def of_pdf(path: str, dpi: int) -> Image.Image:
    """Return the one page of a PDF as an RGB image on white.

    Parameters
    ----------
    path : str
        A figure of this pipeline.
    dpi : int
        Dots an inch; the size in pixels is that of the page, rounded up.
    """
    with PdfDocument(path) as document:
        page = document[0]
        bitmap = page.render(scale=dpi / 72, rev_byteorder=True)
        return bitmap.to_pil().convert("RGB")
