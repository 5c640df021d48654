"""Files in a form: read into memory no further than they can be taken, cleared one by one, and refused with a sentence at the field."""

import io
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Any, Final, Protocol, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug.datastructures import FileStorage

from referrals.errors import FileRefused
from referrals.files import quarantine
from referrals.files.attachments import MOST_BYTES, MOST_FILES, shown_name
from referrals.files.quarantine import Cleared
from referrals.vocabulary import FileKind, FileRefusal
from webapp import forms
from webapp.language import gettext

#: the field with the files, the button that adds what was chosen, and the one that takes a file away, its id as value
FIELD: Final = "files"
ATTACH: Final = "_attach"
DROP: Final = "_drop"
#: the largest body of a form with files; what lies between this and a file's own limit is read and thrown away, so that
#: somebody who chose a film gets a sentence at the field and the rest of the form back
LARGEST_BODY: Final = 100_000_000

View = TypeVar("View", bound=Callable[..., Any])


class Stored(Protocol):
    """A file that was taken, in a draft or in a referral."""

    id: uuid.UUID
    kind: FileKind
    size: int
    sender_name: Any


@dataclass(frozen=True)
class FileLine:
    """A file as a page shows it to whoever may open it."""

    id: uuid.UUID
    name: str
    kind: str
    size: int


class _Kept(io.BytesIO):
    """What is kept of one file while the form is read: nothing, once it is more than can be taken."""

    def __init__(self, request_: "FormRequest") -> None:
        super().__init__()
        self._request, self.is_too_large = request_, False

    def write(self, data: Any, /) -> int:
        """Keep a piece, or let go of all of it."""
        size = len(data)
        fits = self.tell() + size <= quarantine.LARGEST and self._request.kept + size <= MOST_BYTES
        if fits and not self.is_too_large:
            self._request.kept += size
            return super().write(data)
        self._request.kept -= self.tell()
        self.is_too_large = True
        self.seek(0)
        self.truncate()
        return size


class FormRequest(Request):
    """A request whose files stay in memory: none of them lies readable on a disk, not even for a moment."""

    #: bytes of files kept so far
    kept = 0

    def _get_file_stream(  # noqa: PLR0917 - Werkzeug's own
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return _Kept(self)


def takes_files(view: View) -> View:
    """Let a form be sent to `view` with files in it."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def add_to(app: Flask) -> None:
    """Read files as this room says, and larger bodies only where a form can have files."""
    app.request_class = FormRequest
    app.before_request(_allow_larger_body)


def _allow_larger_body() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False):
        request.max_content_length = LARGEST_BODY


def are_chosen() -> bool:
    """Whether the submitted form holds a file."""
    return any(_is_chosen(file) for file in request.files.getlist(FIELD))


def take(form: forms.Form, keep: Callable[[Cleared], object], *, before: Callable[[], None] = lambda: None) -> None:
    """Clear each chosen file and let `keep` keep it; what is refused is said at the field, with the name of the file.

    Nothing may hold the database meanwhile: clearing takes seconds. `before` is called before each file and may raise.
    """
    chosen = [file for file in request.files.getlist(FIELD) if _is_chosen(file)]
    for number, file in enumerate(chosen):
        try:
            before()
            keep(_cleared(file, is_one_too_many=number >= MOST_FILES))
        except FileRefused as refused:
            form.refuse(FIELD, _sentence(refused, file.filename))


def one_file(name: str) -> bytes:
    """The bytes of the file in the field `name`, as it was sent; nothing where there is none. Raises FileRefused for too large a one."""
    sent = request.files.get(name)
    return b"" if sent is None else _content(sent)


def dropped() -> uuid.UUID | None:
    """The file that is to be taken away again, where that is what the form was sent for."""
    try:
        return uuid.UUID(request.form.get(DROP, ""))
    except ValueError:
        return None


def stays_here() -> bool:
    """Whether the form was sent for its files alone, so that its page is shown again."""
    return ATTACH in request.form or DROP in request.form


def lines(found: Iterable[Stored]) -> list[FileLine]:
    """Files as a page shows them, each under the name its sender gave it."""
    return [
        FileLine(
            file.id, file.sender_name or gettext("File %(number)s", number=number), gettext(file.kind.label), file.size
        )
        for number, file in enumerate(found, 1)
    ]


def _is_chosen(file: FileStorage) -> bool:
    """A browser sends an empty field without a name where nothing was chosen."""
    return bool(file.filename) or file.stream.seek(0, io.SEEK_END) > 0


def _cleared(file: FileStorage, *, is_one_too_many: bool) -> Cleared:
    if is_one_too_many:
        raise FileRefused(FileRefusal.TOO_MANY)
    return quarantine.clear(_content(file), sender_name=file.filename)


def _content(file: FileStorage) -> bytes:
    if isinstance(file.stream, _Kept) and file.stream.is_too_large:
        raise FileRefused(FileRefusal.TOO_LARGE)
    file.stream.seek(0)
    return file.stream.read()


def _sentence(refused: FileRefused, sent: str | None) -> str:
    name = shown_name(sent)
    sentence = gettext(FileRefusal(refused.why).label)
    return gettext("“%(name)s”: %(sentence)s", name=name, sentence=sentence) if name else sentence
