"""What a file from a stranger really holds, made harmless or refused. Runs as a process of its own: see `referrals/files/quarantine.py`.

Pictures are decoded and written anew, so that nothing but the picture itself is left; a PDF is gone through object by object.
"""

import io
import resource
import sys
import zlib
from collections.abc import Iterator
from typing import Final

import pikepdf
from PIL import Image, ImageOps

from referrals.files.quarantine import LARGEST
from referrals.vocabulary.files import FileKind, FileRefusal

#: pixels a picture may have; a telephone's largest have 50 million
MOST_PIXELS: Final = 64_000_000
#: pixels of its longer side that are kept: enough to read a page of handwriting
LONGEST_SIDE: Final = 3000
MOST_PAGES: Final = 100
MOST_OBJECTS: Final = 50_000
#: bytes one stream of a PDF may unpack to, and all of them together
LARGEST_STREAM: Final = 128_000_000
LARGEST_UNPACKED: Final = 400_000_000
#: what the process may use: bytes of memory and seconds of the processor
MEMORY: Final = 1_500_000_000
SECONDS: Final = 15

_BEGINNINGS: Final = ((b"%PDF-", FileKind.PDF), (b"\xff\xd8\xff", FileKind.JPEG), (b"\x89PNG\r\n\x1a\n", FileKind.PNG))

#: what makes a PDF more than paper, by the key it stands under …
_KEYS: Final = {
    "/JS": FileRefusal.SCRIPT, "/JavaScript": FileRefusal.SCRIPT, "/AA": FileRefusal.SCRIPT, "/XFA": FileRefusal.SCRIPT,
    "/EF": FileRefusal.EMBEDDED, "/EmbeddedFiles": FileRefusal.EMBEDDED, "/AF": FileRefusal.EMBEDDED, "/Collection": FileRefusal.EMBEDDED,
    "/RichMediaContent": FileRefusal.EMBEDDED,
}  # fmt: skip
#: … by the kind of action …
_ACTIONS: Final = {
    "/JavaScript": FileRefusal.SCRIPT, "/Launch": FileRefusal.LAUNCH, "/SubmitForm": FileRefusal.LAUNCH, "/ImportData": FileRefusal.LAUNCH,
    "/GoToR": FileRefusal.LAUNCH, "/GoToE": FileRefusal.EMBEDDED, "/Rendition": FileRefusal.EMBEDDED, "/Movie": FileRefusal.EMBEDDED,
    "/Sound": FileRefusal.EMBEDDED, "/RichMediaExecute": FileRefusal.EMBEDDED,
}  # fmt: skip
#: … and by the kind of object
_KINDS: Final = dict.fromkeys(
    ("/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"), FileRefusal.EMBEDDED
)
#: what tells of its makers and their machines; nobody needs it to read the page
_ABOUT: Final = ("/Metadata", "/PieceInfo", "/LastModified")
#: codings of pictures inside a PDF that are left to viewers
_PICTURE_CODINGS: Final = frozenset({"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"})
#: segments of a JPEG that are no picture: EXIF and XMP, colour profiles (a PDF has its own), Photoshop's notes, comments
_NOTES: Final = frozenset({0xE1, 0xE2, 0xED, 0xFE})


class Refused(Exception):
    """The file is not taken. `why` says it in a word of the controlled list."""

    def __init__(self, why: FileRefusal) -> None:
        super().__init__(why.value)
        self.why = why


def read_file(content: bytes) -> tuple[FileKind, bytes]:
    """The kind of `content`, and what is kept of it. Raises Refused, or whatever a parser raises at something broken."""
    if len(content) > LARGEST:
        raise Refused(FileRefusal.TOO_LARGE)
    kind = next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None)
    if kind is None:
        raise Refused(FileRefusal.WRONG_KIND if content else FileRefusal.EMPTY)
    try:
        kept = _read_pdf(content) if kind is FileKind.PDF else _read_picture(content, kind)
    except (MemoryError, Image.DecompressionBombError):
        raise Refused(FileRefusal.TOO_MUCH) from None
    if len(kept) > LARGEST:
        raise Refused(FileRefusal.TOO_LARGE)
    return kind, kept


# ------------------------------------------------------------------------------------------------------ pictures
def _read_picture(content: bytes, kind: FileKind) -> bytes:
    """The first picture in it, upright and written anew: no EXIF, place, colour profile, text or anything behind its end."""
    with Image.open(io.BytesIO(content), formats=(kind.value.upper(),)) as found:
        width, height = found.size
        if width * height > MOST_PIXELS:
            raise Refused(FileRefusal.TOO_MUCH)
        found.draft(
            "RGB", (LONGEST_SIDE, LONGEST_SIDE)
        )  # a large JPEG is read at half or a quarter of its size at once
        found.load()
        has_clear_parts = kind is FileKind.PNG and found.has_transparency_data
        orientation = found.getexif().get(0x0112)
        picture = found.convert("RGBA" if has_clear_parts else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    if orientation is not None:
        fresh.getexif()[0x0112] = orientation
        fresh = ImageOps.exif_transpose(fresh)
        fresh.getexif().clear()
    kept = io.BytesIO()
    if kind is FileKind.JPEG:
        fresh.save(kept, "JPEG", quality=88, optimize=True)
    else:
        fresh.save(kept, "PNG")
    return kept.getvalue()


# ------------------------------------------------------------------------------------------------------ PDF
def _read_pdf(content: bytes) -> bytes:
    """The PDF written anew: only what its pages need, without a word about its makers, and with links that lead nowhere."""
    pikepdf.settings.set_qpdf_limits(
        parser_max_nesting=100, max_stream_filters=4, flate_max_memory=LARGEST_STREAM, png_max_memory=LARGEST_STREAM,
        run_length_max_memory=LARGEST_STREAM, tiff_max_memory=LARGEST_STREAM,
    )  # fmt: skip
    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError:
        raise Refused(FileRefusal.ENCRYPTED) from None
    with pdf:
        _refuse_too_big(pdf)
        _close_opening(pdf.Root)
        unpacked = 0
        for each in _dictionaries(pdf):
            _refuse_what_acts(each)
            if isinstance(each, pikepdf.Stream):
                unpacked += _unpacked(each)
            if unpacked > LARGEST_UNPACKED:
                raise Refused(FileRefusal.TOO_MUCH)
            _take_away_notes(each)
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        kept = io.BytesIO()
        pdf.save(kept, stream_decode_level=pikepdf.StreamDecodeLevel.none, fix_metadata_version=False, static_id=True)
    return kept.getvalue()


def _refuse_too_big(pdf: pikepdf.Pdf) -> None:
    if pdf.is_encrypted:
        raise Refused(FileRefusal.ENCRYPTED)
    if len(pdf.objects) > MOST_OBJECTS:
        raise Refused(FileRefusal.TOO_MUCH)
    if len(pdf.pages) > MOST_PAGES:
        raise Refused(FileRefusal.TOO_MANY_PAGES)
    if not pdf.pages:
        raise Refused(FileRefusal.BROKEN)


def _close_opening(root: pikepdf.Object) -> None:
    """Take out which page to show first, as many programs write it; refuse anything else that happens by itself."""
    opening = root.get("/OpenAction")
    if opening is None:
        return
    leads = opening if isinstance(opening, pikepdf.Dictionary) else None
    if leads is not None and (leads.get("/S") != "/GoTo" or "/Next" in leads):
        _refuse_what_acts(leads)
        raise Refused(FileRefusal.SCRIPT)
    del root["/OpenAction"]


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary and stream, each once, however deep it stands; also what nothing points at."""
    ahead: list[object] = [pdf.trailer, *pdf.objects]
    while ahead:
        each = ahead.pop()
        if isinstance(each, pikepdf.Array):
            inner: list[object] = list(each)
        elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            inner = [each[key] for key in each.keys()]  # noqa: SIM118 - a stream is no mapping
            yield each
        else:
            continue
        # What is pointed at stands among `pdf.objects` itself.
        ahead += [one for one in inner if isinstance(one, pikepdf.Object) and not one.is_indirect]


def _refuse_what_acts(each: pikepdf.Object) -> None:
    for key in each.keys():  # noqa: SIM118 - a stream is no mapping
        if key in _KEYS:
            raise Refused(_KEYS[key])
    for name, refusals in (("/S", _ACTIONS), ("/Type", _KINDS), ("/Subtype", _KINDS)):
        value = each.get(name)
        if isinstance(value, pikepdf.Name) and str(value) in refusals:
            raise Refused(refusals[str(value)])
    if isinstance(each, pikepdf.Stream) and "/F" in each:
        raise Refused(FileRefusal.LAUNCH)  # its content stands in another file


def _unpacked(stream: pikepdf.Stream) -> int:
    """How many bytes a viewer makes of a stream. Raises Refused for more than one may have."""
    pixels = int(stream.get("/Width", 0)) * int(stream.get("/Height", 0))
    if not 0 <= pixels <= 2 * MOST_PIXELS:
        raise Refused(FileRefusal.TOO_MUCH)
    given = stream.get("/Filter", pikepdf.Array())
    filters = [str(name) for name in given] if isinstance(given, pikepdf.Array) else [str(given)]
    if not _PICTURE_CODINGS & set(filters):
        try:
            return len(stream.read_bytes(pikepdf.StreamDecodeLevel.generalized))
        except pikepdf.DataDecodingError as broken:
            raise Refused(FileRefusal.TOO_MUCH if "limit" in str(broken) else FileRefusal.BROKEN) from None
    # What only viewers decode is bounded by its pixels; packed once more around that, by its bytes.
    if (
        filters[0] == "/FlateDecode"
        and zlib.decompressobj().decompress(stream.read_raw_bytes(), LARGEST)[LARGEST - 1 :]
    ):
        raise Refused(FileRefusal.TOO_MUCH)
    return 3 * pixels


def _take_away_notes(each: pikepdf.Object) -> None:
    for name in _ABOUT:
        if name in each:
            del each[name]
    action = each.get("/A")
    if isinstance(action, pikepdf.Dictionary) and action.get("/S") == "/URI":
        del each["/A"]
    if each.get("/S") == "/URI":
        each["/URI"] = pikepdf.String("")
    if isinstance(each, pikepdf.Stream) and each.get("/Filter") == "/DCTDecode" and "/DecodeParms" not in each:
        each.write(_without_notes(each.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)


def _without_notes(jpeg: bytes) -> bytes:
    """A JPEG inside a PDF without the segments that say where and by whom it was taken; the picture stays as it was."""
    kept, at = bytearray(jpeg[:2]), 2
    while jpeg[at : at + 1] == b"\xff" and jpeg[at + 1 : at + 2] != b"\xda":
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] not in _NOTES:
            kept += jpeg[at:end]
        at = end
    return bytes(kept + jpeg[at:])


# ------------------------------------------------------------------------------------------------------ the process
def main() -> None:
    """Read a file from standard input and answer on standard output: a word and a line end, then what is kept."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    try:
        kind, kept = read_file(sys.stdin.buffer.read(LARGEST + 1))
        answer = kind.value.encode() + b"\n" + kept
    except Refused as refused:
        answer = refused.why.value.encode() + b"\n"
    except Exception:  # noqa: BLE001 - whatever a parser says at a hostile file, it means the same
        answer = FileRefusal.BROKEN.value.encode() + b"\n"
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
