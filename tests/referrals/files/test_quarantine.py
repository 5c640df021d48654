"""The process in which files from strangers are opened: what it gives back, and what it cannot do to us."""

import subprocess
import sys
import threading

import pytest

from referrals.errors import FileRefused
from referrals.files import quarantine
from referrals.files.quarantine import clear
from referrals.vocabulary import FileKind, FileRefusal
from tests.files import SECRET, a_pdf, a_photo_with_its_place, a_picture, acts


def why_refused(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        clear(content)
    return refused.value.why


def test_a_photo_comes_back_without_its_place_and_a_paper_as_paper():
    photo = clear(a_photo_with_its_place(), sender_name="IMG_1.HEIC")
    assert (photo.kind, photo.sender_name, SECRET in photo.content) == (FileKind.JPEG, "IMG_1.HEIC", False)
    assert clear(a_pdf()).kind is FileKind.PDF


def test_the_reason_comes_back_as_a_word_and_nothing_of_the_file_with_it():
    import pikepdf

    with pytest.raises(FileRefused) as refused:
        clear(a_pdf(acts(S=pikepdf.Name.Launch, F="cmd.exe")), sender_name="hemligt.pdf")
    assert (refused.value.why, "hemligt" in str(refused.value)) == (FileRefusal.LAUNCH, False)


def test_a_picture_that_was_cut_off_is_refused_as_broken():
    assert why_refused(a_picture(size=(400, 400))[:-600]) == FileRefusal.BROKEN


def test_what_is_too_large_is_not_even_handed_over(monkeypatch):
    monkeypatch.setattr(quarantine, "_read_apart", lambda _content: pytest.fail("it was opened"))
    assert why_refused(bytes(quarantine.LARGEST + 1)) == FileRefusal.TOO_LARGE


@pytest.mark.parametrize("program", ["import time; time.sleep(60)", "import os; os.abort()", "print('x' * 9)", "pass"])
def test_a_reader_that_hangs_falls_or_talks_nonsense_means_one_file_refused(monkeypatch, program):
    monkeypatch.setattr(quarantine, "_COMMAND", (sys.executable, "-I", "-c", program))
    monkeypatch.setattr(quarantine, "PATIENCE", 1)
    assert why_refused(a_pdf()) == FileRefusal.TOO_MUCH


def test_a_reader_knows_neither_our_environment_nor_our_files():
    program = (*quarantine._COMMAND[:-1], "import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))")
    said = subprocess.run(program, env={}, capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def test_who_finds_both_places_taken_is_asked_to_come_back(monkeypatch):
    monkeypatch.setattr(quarantine, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(quarantine, "PATIENCE", 0.1)
    with quarantine._places:
        assert why_refused(a_pdf()) == FileRefusal.BUSY
