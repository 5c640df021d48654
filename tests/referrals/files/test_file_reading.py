"""Files from strangers: what they really are, what is left of them, and what is refused."""

import io
import sys

import pikepdf
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from referrals.files import file_reading
from referrals.files.file_reading import Refused, main, read_file
from referrals.vocabulary import FileKind, FileRefusal
from tests.files import (
    SECRET,
    a_huge_png,
    a_pdf,
    a_photo_with_its_place,
    a_picture,
    acts,
    packed,
    with_stream,
)

NAME = pikepdf.Name
DICTIONARY = pikepdf.Dictionary


def why_refused(content: bytes) -> FileRefusal:
    with pytest.raises(Refused) as refused:
        read_file(content)
    return refused.value.why


# ------------------------------------------------------------------------------------------------ pictures


def test_a_photo_keeps_nothing_that_says_where_when_or_with_what_it_was_taken():
    kind, kept = read_file(a_photo_with_its_place())
    assert kind is FileKind.JPEG
    assert SECRET not in kept
    picture = Image.open(io.BytesIO(kept))
    assert dict(picture.getexif()) == {}
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photo_taken_with_the_telephone_turned_stands_upright():
    picture = Image.open(io.BytesIO(read_file(a_photo_with_its_place(is_turned=True))[1]))
    assert picture.size == (40, 64)
    assert picture.getpixel((20, 5))[0] > 200, "the red side, which was on the left, is on top"


def test_a_png_keeps_what_can_be_seen_through_and_loses_its_text():
    from PIL import PngImagePlugin

    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRET.decode())
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(out, "PNG", pnginfo=notes, icc_profile=SECRET)
    kind, kept = read_file(out.getvalue())
    picture = Image.open(io.BytesIO(kept))
    assert (kind, picture.mode, picture.info) == (FileKind.PNG, "RGBA", {})
    assert SECRET not in kept


def test_a_large_photo_is_kept_small_enough_to_send_and_large_enough_to_read():
    assert Image.open(io.BytesIO(read_file(a_picture(size=(5000, 2500)))[1])).size == (3000, 1500)
    assert Image.open(io.BytesIO(read_file(a_picture("PNG", size=(5000, 2500)))[1])).size == (3000, 1500)


def test_what_hangs_behind_a_picture_is_gone():
    _kind, kept = read_file(a_picture() + b"PK\x03\x04" + SECRET)
    assert SECRET not in kept


@pytest.mark.parametrize("side", [8_100, 40_000])
def test_a_picture_that_claims_more_than_can_be_opened_is_refused_before_it_is_opened(side):
    assert why_refused(a_huge_png(side)) is FileRefusal.TOO_MUCH


def test_a_picture_that_was_cut_off_is_no_picture(monkeypatch):
    # WeasyPrint turns this on for its own process; the one that reads files from strangers never imports it
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    with pytest.raises(OSError, match="truncated|cannot identify"):
        read_file(a_picture(size=(400, 400))[:-600])


def test_a_picture_that_grows_when_it_is_written_anew_is_refused(monkeypatch):
    out = io.BytesIO()
    Image.effect_noise((60, 60), 90).quantize(16).save(out, "PNG")
    monkeypatch.setattr(file_reading, "LARGEST", len(out.getvalue()))
    assert why_refused(out.getvalue()) is FileRefusal.TOO_LARGE


# ------------------------------------------------------------------------------------------------ what it is


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00 a program", b"GIF89a", b"<html><script>alert(1)</script>", b"PK\x03\x04 a document", b" %PDF-1.7", b"GIF89a%PDF-1.7",
        b"\xff\xd8 almost", b"RIFF....WEBP",
    ],
)  # fmt: skip
def test_what_is_neither_pdf_nor_jpeg_nor_png_is_refused_by_its_content(content):
    assert why_refused(content) is FileRefusal.WRONG_KIND


def test_an_empty_file_and_one_that_is_too_large_are_refused():
    assert why_refused(b"") is FileRefusal.EMPTY
    assert why_refused(b"%PDF-" + bytes(10_000_000)) is FileRefusal.TOO_LARGE


def test_a_file_that_is_two_kinds_at_once_is_kept_as_what_it_begins_as():
    kind, kept = read_file(a_picture() + a_pdf())
    assert kind is FileKind.JPEG
    assert b"%PDF" not in kept
    kind, kept = read_file(a_pdf() + b"PK\x03\x04" + SECRET)
    assert kind is FileKind.PDF
    assert SECRET not in kept


# ------------------------------------------------------------------------------------------------ PDF


def test_an_ordinary_pdf_is_kept_with_its_pages_and_without_a_word_about_its_makers():
    def signed(pdf):
        pdf.docinfo["/Author"] = SECRET.decode()
        pdf.pages[0].obj["/PieceInfo"] = DICTIONARY(X=pikepdf.String(SECRET))
        with pdf.open_metadata() as notes:
            notes["dc:creator"] = [SECRET.decode()]

    kind, kept = read_file(a_pdf(signed, pages=3, object_stream_mode=pikepdf.ObjectStreamMode.disable))
    paper = pypdf.PdfReader(io.BytesIO(kept))
    assert (kind, len(paper.pages), paper.metadata, paper.xmp_metadata) == (FileKind.PDF, 3, None, None)
    assert SECRET not in kept


def test_which_page_is_shown_first_is_taken_out_and_no_reason_to_refuse():
    def as_an_office_writes(pdf):
        pdf.Root.OpenAction = pikepdf.Array([pdf.pages[0].obj, NAME.Fit])

    def as_a_typesetter_writes(pdf):
        pdf.Root.OpenAction = DICTIONARY(S=NAME.GoTo, D=pikepdf.Array([pdf.pages[0].obj, NAME.Fit]))

    for change in (as_an_office_writes, as_a_typesetter_writes):
        with pikepdf.open(io.BytesIO(read_file(a_pdf(change))[1])) as kept:
            assert "/OpenAction" not in kept.Root


def test_links_lead_nowhere_any_more():
    _kind, kept = read_file(a_pdf(acts(S=NAME.URI, URI="https://lure.invalid/")))
    assert b"lure.invalid" not in kept

    def in_a_chain(pdf):
        acts(S=NAME.GoTo, D=pikepdf.Array([]), Next=DICTIONARY(S=NAME.URI, URI="https://lure.invalid/"))(pdf)

    assert b"lure.invalid" not in read_file(a_pdf(in_a_chain))[1]


def test_a_photo_inside_a_pdf_loses_its_place_too():
    photo = a_photo_with_its_place()
    entries = {
        "Type": NAME.XObject,
        "Subtype": NAME.Image,
        "Width": 64,
        "Height": 40,
        "ColorSpace": NAME.DeviceRGB,
        "BitsPerComponent": 8,
    }
    content = a_pdf(with_stream(photo, "DCTDecode", **entries))
    assert SECRET in content
    _kind, kept = read_file(content)
    assert SECRET not in kept
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert pikepdf.PdfImage(pdf.pages[0].obj.Resources.XObject.I).as_pil_image().size == (64, 40)


def _opens_with(**entries):
    def change(pdf):
        pdf.Root.OpenAction = DICTIONARY(**entries)

    return change


def _embeds(pdf):
    pdf.attachments["list.txt"] = b"a list"


def _has_form_program(pdf):
    pdf.Root.AcroForm = DICTIONARY(Fields=pikepdf.Array([]), XFA=pikepdf.String("<xdp/>"))


def _acts_on_opening_a_page(pdf):
    pdf.pages[0].obj["/AA"] = DICTIONARY(O=DICTIONARY(S=NAME.Named, N=NAME.Print))


def _has_named_scripts(pdf):
    pdf.Root.Names = DICTIONARY(JavaScript=DICTIONARY(Names=pikepdf.Array([])))


def _has_film(pdf):
    pdf.pages[0].obj["/Annots"] = pikepdf.Array(
        [DICTIONARY(Type=NAME.Annot, Subtype=NAME.RichMedia, Rect=[0, 0, 1, 1])]
    )


def _is_a_portfolio(pdf):
    pdf.Root.Collection = DICTIONARY(View=NAME.T)


def _reads_another_file(pdf):
    with_stream(b"", "ASCIIHexDecode", F=pikepdf.String("/etc/passwd"))(pdf)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_opens_with(S=NAME.JavaScript, JS="app.alert(1)"), FileRefusal.SCRIPT),
        (_opens_with(S=NAME.Named, N=NAME.Print), FileRefusal.SCRIPT),
        (_opens_with(S=NAME.GoTo, Next=DICTIONARY(S=NAME.Launch)), FileRefusal.SCRIPT),
        (_opens_with(S=NAME.Launch, F="cmd.exe"), FileRefusal.LAUNCH),
        (acts(S=NAME.JavaScript, JS="app.alert(1)"), FileRefusal.SCRIPT),
        (acts(S=NAME.Launch, F="cmd.exe"), FileRefusal.LAUNCH),
        (acts(S=NAME.SubmitForm, F="https://lure.invalid"), FileRefusal.LAUNCH),
        (acts(S=NAME.GoToR, F="other.pdf"), FileRefusal.LAUNCH),
        (acts(S=NAME.GoToE), FileRefusal.EMBEDDED),
        (acts(S=NAME.GoTo, Next=DICTIONARY(S=NAME.JavaScript)), FileRefusal.SCRIPT),
        (_acts_on_opening_a_page, FileRefusal.SCRIPT),
        (_has_named_scripts, FileRefusal.SCRIPT),
        (_has_form_program, FileRefusal.SCRIPT),
        (_embeds, FileRefusal.EMBEDDED),
        (_has_film, FileRefusal.EMBEDDED),
        (_is_a_portfolio, FileRefusal.EMBEDDED),
        (_reads_another_file, FileRefusal.LAUNCH),
    ],
)
def test_a_pdf_that_is_more_than_paper_is_refused(change, why):
    assert why_refused(a_pdf(change)) is why


@pytest.mark.parametrize("reader", ["", "secret"])
def test_a_locked_pdf_is_refused_also_where_it_opens_without_a_password(reader):
    assert why_refused(a_pdf(encryption=pikepdf.Encryption(owner="owner", user=reader))) is FileRefusal.ENCRYPTED


def test_a_pdf_has_pages_and_not_too_many():
    assert why_refused(a_pdf(pages=101)) is FileRefusal.TOO_MANY_PAGES
    assert why_refused(a_pdf(pages=0)) is FileRefusal.BROKEN
    assert read_file(a_pdf(pages=100))[0] is FileKind.PDF


@pytest.mark.parametrize(
    "change",
    [
        with_stream(packed(130_000_000), "FlateDecode"),
        with_stream(packed(12_000_000), "FlateDecode", "DCTDecode"),
        with_stream(b"", "JPXDecode", Width=60_000, Height=60_000),
        with_stream(b"", "CCITTFaxDecode", Width=-60_000, Height=60_000),
    ],
)
def test_a_pdf_that_unpacks_to_more_than_can_be_opened_is_refused(change):
    assert why_refused(a_pdf(change)) is FileRefusal.TOO_MUCH


def test_everything_in_a_pdf_together_has_a_limit(monkeypatch):
    monkeypatch.setattr(file_reading, "LARGEST_UNPACKED", 999_999)
    assert why_refused(a_pdf(with_stream(packed(1_000_000), "FlateDecode"))) is FileRefusal.TOO_MUCH
    monkeypatch.setattr(file_reading, "MOST_OBJECTS", 2)
    assert why_refused(a_pdf()) is FileRefusal.TOO_MUCH


def test_a_fax_in_a_pdf_is_kept_and_a_stream_that_is_no_code_is_refused():
    assert read_file(a_pdf(with_stream(b"\x00", "CCITTFaxDecode", Width=8, Height=8)))[0] is FileKind.PDF
    assert read_file(a_pdf(with_stream(b"61>", "ASCIIHexDecode")))[0] is FileKind.PDF
    assert why_refused(a_pdf(with_stream(b"no packing", "FlateDecode"))) is FileRefusal.BROKEN


# ------------------------------------------------------------------------------------------------ the process


class _Pipe:
    def __init__(self, content: bytes = b"") -> None:
        self.buffer = io.BytesIO(content)


def answer_to(content: bytes, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What the process answers, here without its limits, which would stay."""
    limits: list[int] = []
    monkeypatch.setattr(file_reading.resource, "setrlimit", lambda kind, _most: limits.append(kind))
    monkeypatch.setattr(sys, "stdin", _Pipe(content))
    monkeypatch.setattr(sys, "stdout", _Pipe())
    main()
    assert len(limits) == 4, "memory, time, files and what is left when it falls"
    return sys.stdout.buffer.getvalue()  # type: ignore[union-attr]


def test_the_process_answers_with_a_word_and_what_is_kept(monkeypatch):
    assert answer_to(a_picture(), monkeypatch).startswith(b"jpeg\n\xff\xd8\xff")
    assert answer_to(b"hej", monkeypatch) == b"wrong_kind\n"
    assert answer_to(b"%PDF-1.7 hej", monkeypatch) == b"broken\n"


def test_the_process_says_so_where_memory_is_not_enough(monkeypatch):
    def too_much(_content, _kind):
        raise MemoryError

    monkeypatch.setattr(file_reading, "_read_picture", too_much)
    assert answer_to(a_picture(), monkeypatch) == b"too_much\n"


_BEGINNINGS = st.sampled_from(
    [b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", a_pdf(), a_picture(), a_picture("PNG")]
)


@settings(max_examples=120, deadline=None)
@given(_BEGINNINGS, st.binary(max_size=300), st.integers(0, 3000), st.binary(max_size=20))
def test_no_bytes_whatever_get_more_than_an_answer(beginning, behind, place, splinter):
    content = beginning + behind
    place %= len(content) + 1
    hostile = content[:place] + splinter + content[place + len(splinter) :]
    with pytest.MonkeyPatch.context() as patch:
        word, _, kept = answer_to(hostile, patch).partition(b"\n")
    assert word.decode() in {*FileKind, *FileRefusal}
    assert bool(kept) == (word.decode() in set(FileKind))
