"""Files as people send them, made here: pictures with a place in them, PDFs that do more than paper, bombs and forgeries."""

import io
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from PIL import Image

#: what must never come through
SECRET = b"Lena Mentorssons telefon"


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (64, 40), **options: Any) -> bytes:
    """A picture, red on the left and blue on the right."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def a_photo_with_its_place(*, is_turned: bool = False) -> bytes:
    """A photograph that says where, when and with what it was taken."""
    notes = Image.Exif()
    notes[0x010E] = notes[0x0110] = SECRET.decode()
    if is_turned:
        notes[0x0112] = 6
    notes.get_ifd(0x8825)[2] = (60.0, 29.0, 11.0)
    notes.get_ifd(0x8825)[1] = "N"
    return a_picture(exif=notes, comment=SECRET, icc_profile=SECRET)


def a_pdf(change: Callable[[pikepdf.Pdf], object] = lambda _pdf: None, *, pages: int = 1, **options: Any) -> bytes:
    """A PDF with blank pages, after `change`."""
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(200, 200))
    change(pdf)
    out = io.BytesIO()
    as_they_are = {} if "encryption" in options else {"stream_decode_level": pikepdf.StreamDecodeLevel.none}
    pdf.save(out, **as_they_are, **options)
    return out.getvalue()


def with_stream(content: bytes, *filters: str, **entries: Any) -> Callable[[pikepdf.Pdf], None]:
    """Let the first page draw a picture whose bytes are `content`, coded with `filters`."""

    def change(pdf: pikepdf.Pdf) -> None:
        names = [pikepdf.Name(f"/{name}") for name in filters]
        stream = pikepdf.Stream(pdf, b"")
        stream.write(content, filter=names[0] if len(names) == 1 else pikepdf.Array(names))
        for name, value in entries.items():
            stream[f"/{name}"] = value
        pdf.pages[0].obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=pdf.make_indirect(stream)))

    return change


def packed(size: int) -> bytes:
    """So many zeros, packed as small as they go."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + packer.flush()


def acts(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    """Let a note on the first page do something when it is touched."""

    def change(pdf: pikepdf.Pdf) -> None:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=pikepdf.Dictionary(**entries)
        )
        pdf.pages[0].obj["/Annots"] = pikepdf.Array([pdf.make_indirect(note)])

    return change


def a_huge_png(side: int) -> bytes:
    """A PNG of a few bytes that claims to be so many pixels wide and high."""
    head = b"IHDR" + side.to_bytes(4) + side.to_bytes(4) + b"\x08\x02\x00\x00\x00"
    chunks = [head, b"IDAT" + packed(1_000_000), b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (len(chunk) - 4).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4) for chunk in chunks
    )
