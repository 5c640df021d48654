"""Files somebody hands in: what they can be, what they belong to, and why one is refused."""

from referrals.vocabulary.terms import N_, Term


class FileKind(Term):
    """What a file is by its content, whatever it is called."""

    PDF = "pdf", N_("PDF")
    JPEG = "jpeg", N_("Picture (JPEG)")
    PNG = "png", N_("Picture (PNG)")


class AttachedTo(Term):
    """The text a file belongs to: whoever may read the one may open the other."""

    CONCERN = "concern", N_("The concern")
    PART = "part", N_("A part of the assessment")
    FOLLOW_UP = "follow_up", N_("The follow-up")


class FileRefusal(Term):
    """Why a file is not taken: a sentence for the one who chose it, and what to do instead."""

    EMPTY = "empty", N_("The file is empty. Choose another one.")
    TOO_LARGE = (
        "too_large",
        N_("The file is larger than 10 MB. Choose a smaller one, or take the picture again with a lower resolution."),
    )
    WRONG_KIND = (
        "wrong_kind",
        N_(
            "Only PDF, JPEG and PNG can be taken, and this is something else inside. Save it as a PDF or take a picture of it."
        ),
    )
    BROKEN = "broken", N_("The file is damaged and could not be opened. Try to save it or photograph it again.")
    TOO_MUCH = (
        "too_much",
        N_("The file unpacks to more than can be opened here. Take a smaller picture, or save fewer pages."),
    )
    TOO_MANY_PAGES = "too_many_pages", N_("The PDF has more than 100 pages. Choose the pages that matter.")
    ENCRYPTED = "encrypted", N_("The PDF is locked or encrypted. Save it again without a password.")
    SCRIPT = (
        "script",
        N_(
            "The PDF contains a program or does something by itself when it is opened. Print it to a new PDF, or take a picture of it."
        ),
    )
    LAUNCH = (
        "launch",
        N_(
            "The PDF opens other programs or files, or sends something. Print it to a new PDF, or take a picture of it."
        ),
    )
    EMBEDDED = (
        "embedded",
        N_("The PDF has other files, sound or film inside. Print it to a new PDF, or take a picture of it."),
    )
    TOO_MANY = "too_many", N_("No more than five files fit here. Take one away first.")
    TOO_MUCH_TOGETHER = (
        "too_much_together",
        N_("The files are more than 20 MB together. Take one away first, or choose a smaller one."),
    )
    FULL = "full", N_("This referral has as many files as it can hold. Describe in words what the file shows.")
    BUSY = "busy", N_("Just now too many files are being opened. Choose it again in a minute.")
