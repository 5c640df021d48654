"""Files from the first page to the last: chosen on the form, refused with a sentence, opened by whoever may, taken out with a reason."""

import io

import pikepdf
import pytest
from sqlalchemy import select

from referrals import assessment, db
from referrals.files import attachments, quarantine
from referrals.keeping import audit
from referrals.models import Attachment, Draft, DraftFile, Referral, What
from referrals.stages import FOLLOW_UP_DUE, PARTS_REQUESTED
from referrals.vocabulary import Compartment, PlanStatus
from tests.factories import a_guardian, a_part
from tests.files import SECRET, a_pdf, a_photo_with_its_place, a_picture, acts
from tests.webapp import test_follow_up, test_intake
from tests.webapp.desk import Desk, cast_of
from webapp import uploads
from webapp.accounts import paces

FORGED = a_pdf(acts(S=pikepdf.Name.Launch, F="cmd.exe"))


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def stored(settings):
    def look(question):
        with db.writing(settings.database) as session:
            return question(session)

    return look


def chosen(*files: tuple[bytes, str]) -> dict:
    return {"files": [(io.BytesIO(content), name) for content, name in files]}


def to_what_was_seen(browser):
    test_intake.begin(browser)
    browser.submit({"protection": "no"})
    browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson"})
    return browser.submit({"child_name": "Malou Provsson"})


def send_with(browser, *files: tuple[bytes, str]) -> str:
    to_what_was_seen(browser)
    browser.submit({"observations": "Borta nio dagar."} | chosen(*files))
    browser.submit({"child_voice": "Lugnt.", "guardians_know": "yes"})
    browser.submit({"tried": "Egen plats.", "conflict": "no"})
    page = browser.submit()
    return test_intake.shown_code(page, "reference-number")


def names(page) -> list[str]:
    return [page.text_of(element) for element in page.all("span") if "files__name" in element.get("class", "")]


def file_links(page) -> list[str]:
    return [link.get("href") for link in page.all("a") if link.get("download") is not None]


# ------------------------------------------------------------------------------------------------ the public form


def test_files_are_taken_with_the_page_and_read_once_more_before_sending(browser, stored):
    page = to_what_was_seen(browser)
    assert "A photo or a paper that shows it?" in page.text
    assert "No medical records and no pictures of other children" in page.text
    browser.submit(
        {"observations": "Borta."} | chosen((a_photo_with_its_place(), "Milas schema.jpg"), (a_pdf(), "brev.pdf"))
    )
    page = browser.get("/concern/check")
    assert "Milas schema.jpg" in page.text
    assert "brev.pdf" in page.text
    assert "Step 7 of 7" in page.text
    page = browser.get("/concern/observations")
    assert names(page) == ["Milas schema.jpg", "brev.pdf"]
    assert stored(lambda session: [file.kind for file in session.scalars(select(DraftFile))]) == ["jpeg", "pdf"]


def test_a_file_chosen_or_taken_away_in_another_window_is_read_before_it_goes(browser, stored):
    to_what_was_seen(browser)
    browser.submit({"observations": "Borta."})
    browser.submit({"child_voice": "Lugnt.", "guardians_know": "yes"})
    check = browser.submit({"tried": "Egen plats.", "conflict": "no"})
    browser.get("/concern/observations")
    browser.submit(chosen((a_pdf(), "brev.pdf")))
    browser.page = check
    with_file = browser.submit(status=409)
    assert "brev.pdf" in with_file.text
    page = browser.get("/concern/observations")
    browser.submit(button=("_drop", page.all("button", name="_drop")[0].get("value")))
    browser.page = with_file
    assert "brev.pdf" not in browser.submit(status=409).text
    assert stored(lambda session: session.scalars(select(Referral)).all()) == []
    assert browser.submit().path == "/concern/sent"
    assert stored(lambda session: session.scalars(select(Attachment)).all()) == []


def test_a_file_for_the_concern_of_another_tab_is_not_taken_and_is_to_be_chosen_once_more(browser, stored):
    page = to_what_was_seen(browser)
    test_intake.begin(browser)
    browser.page = page
    page = browser.submit(chosen((a_pdf(), "brev.pdf")), button=("_attach", "yes"), status=409)
    assert "Choose the files once more where they belong." in page.text
    assert stored(lambda session: session.scalars(select(DraftFile)).all()) == []


def test_a_refused_file_says_why_at_its_field_and_nothing_else_of_the_form_is_lost(browser):
    to_what_was_seen(browser)
    page = browser.submit(
        {"observations": "Borta nio dagar."}
        | chosen(
            (a_picture(), "schema.jpg"),
            (FORGED, "virus.pdf"),
            (b"MZ\x90", "bild.jpg"),
            (b"", "tom.pdf"),
            (a_picture()[:300], "halv.jpg"),
        ),
        status=422,
    )
    assert [problem.partition("?")[2].strip(" :") for problem in page.problems] == [
        "“virus.pdf”: The PDF opens other programs or files, or sends something. Print it to a new PDF, or take a picture of it.",
        "“bild.jpg”: Only PDF, JPEG and PNG can be taken, and this is something else inside. Save it as a PDF or take a picture of it.",
        "“tom.pdf”: The file is empty. Choose another one.",
        "“halv.jpg”: The file is damaged and could not be opened. Try to save it or photograph it again.",
    ]
    assert names(page) == ["schema.jpg"], "what was taken stays taken"
    assert page.all("textarea", name="observations")[0].text.strip() == "Borta nio dagar."
    assert browser.submit().path == "/concern/voices", "and the form goes on without choosing anything again"


def test_a_film_is_refused_with_a_sentence_and_not_with_an_error_page(browser, monkeypatch):
    monkeypatch.setattr(quarantine, "LARGEST", 100_000)
    to_what_was_seen(browser)
    page = browser.submit(
        {"observations": "Borta."} | chosen((b"\xff\xd8\xff" + bytes(300_000), "film.jpg"), (a_picture(), "bild.jpg")),
        status=422,
    )
    assert ["larger than 10 MB" in problem for problem in page.problems] == [True]
    assert names(page) == ["bild.jpg"]


def test_more_than_five_files_are_refused_one_by_one(browser):
    to_what_was_seen(browser)
    many = [(a_picture(size=(20 + number, 20)), f"{number}.jpg") for number in range(6)]
    page = browser.submit({"observations": "Borta."} | chosen(*many), status=422)
    assert len(names(page)) == 5
    assert "“5.jpg”: No more than five files fit here." in page.problems[0]
    assert page.all("input", type="file") == []


def test_files_are_added_and_taken_away_without_leaving_the_page(browser):
    to_what_was_seen(browser)
    page = browser.submit({"observations": "Borta."} | chosen((a_picture(), "schema.jpg")), button=("_attach", "yes"))
    assert (page.path, names(page)) == ("/concern/observations", ["schema.jpg"])
    button = page.all("button", name="_drop")[0]
    page = browser.submit({"observations": "Borta nio dagar."}, button=("_drop", button.get("value")))
    assert names(page) == []
    assert "Borta nio dagar." in page.text
    assert browser.submit(button=("_drop", "no id at all")).path == "/concern/observations"


def test_enter_in_a_field_goes_on_and_takes_no_file_away(browser):
    to_what_was_seen(browser)
    page = browser.submit({"observations": "Borta."} | chosen((a_picture(), "schema.jpg")), button=("_attach", "yes"))
    first = next(button for button in page.form().iter("button") if button.get("type") == "submit")
    assert first.get("name") is None


def test_a_draft_that_is_paused_keeps_its_files_and_one_that_is_deleted_does_not(browser, stored):
    to_what_was_seen(browser)
    page = browser.submit({"observations": "Borta."} | chosen((a_picture(), "schema.jpg")), button=("_later", "yes"))
    code = next(page.text_of(e) for e in page.all("strong", "p", "dd") if "code" in (e.get("class") or "").split())
    browser.get("/resume")
    browser.submit({"code": code})
    assert names(browser.get("/concern/observations")) == ["schema.jpg"]
    browser.submit(form="delete-draft")
    assert stored(lambda session: session.scalars(select(DraftFile.id)).all()) == []


def test_names_that_lead_elsewhere_or_turn_around_are_only_names(browser):
    to_what_was_seen(browser)
    page = browser.submit(
        {"observations": "Borta."}
        | chosen((a_picture(), "../../../etc/<b>åäö\u202egpj.exe"), (a_pdf(), "bilder/Ünïcode 🐴.pdf")),
        button=("_attach", "yes"),
    )
    assert names(page) == ["<b>åäögpj.exe", "Ünïcode 🐴.pdf"]


def test_a_browser_that_sends_file_after_file_is_slowed_down_and_what_it_wrote_is_kept(browser, monkeypatch, stored):
    monkeypatch.setattr(paces, "FILES", paces.Limit("few files", most=1, within=paces.FILES.within))
    to_what_was_seen(browser)
    page = browser.submit(
        {"observations": "Borta nio dagar."} | chosen((a_picture(), "1.jpg"), (a_pdf(), "2.pdf")), status=429
    )
    assert "Too many tries" in page.text
    assert names(page) == ["1.jpg"]
    assert stored(lambda session: session.scalars(select(Draft)).one().answers["observations"]) == "Borta nio dagar."


def test_a_page_without_a_place_for_files_takes_none(browser, stored):
    test_intake.begin(browser)
    browser.submit({"protection": "no"} | chosen((a_picture(), "schema.jpg")))
    assert stored(lambda session: session.scalars(select(DraftFile.id)).all()) == []


def test_a_body_beyond_all_measure_is_refused_before_it_is_read(browser, monkeypatch):
    to_what_was_seen(browser)
    monkeypatch.setattr(uploads, "LARGEST_BODY", 50_000)
    assert browser.send({"observations": "x"} | chosen((bytes(60_000), "film.mp4"))).status_code == 413


def test_a_pupil_can_send_a_picture_too(browser):
    test_intake.begin(browser, "pupil")
    browser.submit({"protection": "no"})
    page = browser.submit({"child_name": "Malou Provsson"})
    assert "A picture that shows it?" in page.text
    page = browser.submit(
        {"observations": "Jag är rädd.", "guardians_know": "yes"} | chosen((a_picture(), "chatt.jpg"))
    )
    assert "chatt.jpg" in page.text


# ------------------------------------------------------------------------------------------------ staff


def test_the_confirmation_counts_them_and_staff_open_them_from_the_concern(browser, signed_in, desk):
    number = send_with(browser, (a_photo_with_its_place(), "Milas schema.jpg"), (a_pdf(), "brev.pdf"))
    assert "2 files came in with it." in browser.page.text
    karin = signed_in("karin")
    for path in (f"/referrals/{number}/triage", f"/referrals/{number}"):
        page = karin.get(path)
        assert "Milas schema.jpg" in page.text
        assert len(file_links(page)) == 2
    answer = karin.client.get(file_links(page)[0])
    assert answer.mimetype == "image/jpeg"
    assert SECRET not in answer.data
    headers = answer.headers
    assert headers["Content-Disposition"] == f'attachment; filename="{number}-attachment-1.jpg"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "no-store"


def test_who_opened_a_file_stands_in_the_log_and_who_was_refused_too(browser, signed_in, desk):
    number = send_with(browser, (a_pdf(), "brev.pdf"))
    link = file_links(signed_in("karin").get(f"/referrals/{number}"))[0]
    signed_in("karin").client.get(link)
    with db.writing(desk.url) as session:
        referral = session.scalars(select(Attachment)).one().referral
        a_part(session, referral, cast_of(session).special_educator, asked_by=cast_of(session).coordinator)
    for first in ("petra", "otto", "anton"):
        assert signed_in(first).client.get(link).status_code == 404
    assert "brev" not in signed_in("petra").get(f"/referrals/{number}").text
    seen = desk.read(number, lambda session, found: [e.what for e in audit.events_about(session, found.id, most=99)])
    assert seen.count(What.OPENED_FILE) == 1
    assert seen.count(What.REFUSED) == 3
    page = signed_in("karin").get(f"/referrals/{number}/access-log")
    assert "Opened a file" in page.text
    assert "Attached a file" in page.text


def test_a_file_is_taken_out_with_a_reason_and_the_reason_stays(browser, signed_in, desk):
    number = send_with(browser, (a_pdf(), "journal.pdf"))
    karin = signed_in("karin")
    link = file_links(karin.get(f"/referrals/{number}/triage"))[0]
    karin.get(f"{link}/take-out")
    page = karin.submit({"reason": ""}, status=422)
    assert "Write why the file is taken out." in page.problems[0]
    page = karin.submit({"reason": "En sida ur en journal."})
    assert page.path == f"/referrals/{number}/triage"
    assert "En sida ur en journal." in page.text
    assert "journal.pdf" not in page.text
    assert karin.client.get(link).status_code == 404
    assert karin.client.get(f"{link}/take-out").status_code == 404
    assert signed_in("henrik").client.get(f"{link}/take-out").status_code == 404
    assert "A file was taken out" in karin.get(f"/referrals/{number}").text


@pytest.fixture
def asked(desk):
    """The number of a referral in which Petra writes an ordinary part, Kim one behind the wall and Siv a pointer, and their pages."""
    number = desk.lay(PARTS_REQUESTED)

    with db.writing(desk.url) as session:
        cast = cast_of(session)
        referral = session.scalars(select(Referral)).one()
        referral.memberships.clear()
        session.flush()
        for who, compartment in (
            (cast.special_educator, Compartment.PEDAGOGICAL),
            (cast.counsellor, Compartment.STUDENT_HEALTH),
            (cast.school_nurse, Compartment.MEDICAL),
        ):
            a_part(session, referral, who, asked_by=cast.coordinator, compartment=compartment)

    def pages(session, referral):
        return {
            part.assessor.email.split(".")[0]: f"/referrals/{number}/assessment/{part.id}"
            for part in assessment.parts_of(session, referral)
        }

    return desk.read(number, pages)


WRITTEN = {
    "findings-learning": "Läser bra.",
    "conclusion": "En lugn plats.",
    "categories": ["schooling"],
    "about": "child",
}


def test_files_go_with_a_part_that_is_saved_and_handed_in(asked, signed_in):
    petra = signed_in("petra")
    petra.get(asked["petra"])
    page = petra.submit(
        WRITTEN | chosen((a_picture(), "test.jpg"), (FORGED, "x.pdf")), button=("_save", "draft"), status=422
    )
    assert "“x.pdf”" in page.problems[0]
    assert names(page) == ["test.jpg"]
    page = petra.submit(WRITTEN | chosen((a_pdf(), "prov.pdf")), button=("_attach", "yes"))
    assert names(page) == ["test.jpg", "prov.pdf"]
    assert "Läser bra." in page.text, "what was written is saved with it"
    page = petra.submit(button=("_drop", page.all("button", name="_drop")[0].get("value")))
    assert names(page) == ["prov.pdf"]
    assert file_links(signed_in("karin").get(asked["petra"])) == [], "nobody else sees it before it is handed in"
    petra.submit(WRITTEN)
    for first in ("petra", "karin", "kim"):  # the team's own student health reads what is pedagogical
        somebody = signed_in(first)
        (link,) = file_links(somebody.get(asked["petra"]))
        assert somebody.client.get(link).mimetype == "application/pdf"
    for first in ("otto", "noor", "anton"):
        assert signed_in(first).client.get(link).status_code == 404, first


def test_past_the_wall_a_file_does_not_exist_and_its_writer_can_take_it_out(asked, signed_in):
    kim = signed_in("kim")
    kim.get(asked["kim"])
    kim.submit(WRITTEN | chosen((a_picture(), "hemlig.jpg")))
    (link,) = file_links(kim.get(asked["kim"]))
    page = signed_in("karin").get(asked["kim"])
    assert "hemlig" not in page.text
    assert file_links(page) == []
    assert signed_in("karin").client.get(link).status_code == 404
    kim.get(f"{link}/take-out")
    assert kim.submit({"reason": "Fel barn."}).path == asked["kim"]


def test_a_pointer_has_no_place_for_files_and_refuses_them(asked, signed_in):
    siv = signed_in("siv")
    page = siv.get(asked["siv"])
    assert page.all("input", type="file") == []
    page = siv.submit({"conclusion": "Fråga oss."} | chosen((a_picture(), "x.jpg")), status=422)
    assert "Only a pointer belongs here" in page.text


def test_files_go_with_the_follow_up_also_when_it_cannot_be_saved_yet(desk, signed_in, wednesday):
    number = desk.lay(FOLLOW_UP_DUE, PlanStatus.ACTIVE)
    with db.writing(desk.url) as session:
        a_guardian(session, session.scalars(select(Referral)).one())
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/follow-up")
    page = karin.submit({"learned": "Måndagar."} | chosen((a_picture(), "diagram.jpg"), (FORGED, "x.pdf")), status=422)
    assert names(page) == ["diagram.jpg"]
    page = karin.submit({"learned": "Måndagar."} | chosen((a_pdf(), "lista.pdf")), button=("_attach", "yes"))
    assert names(page) == ["diagram.jpg", "lista.pdf"]
    assert page.all("textarea", name="learned")[0].text.strip() == "Måndagar."
    page = karin.submit(button=("_drop", page.all("button", name="_drop")[1].get("value")))
    assert names(page) == ["diagram.jpg"]
    karin.submit(test_follow_up.ALL_SAID)
    page = karin.get(f"/referrals/{number}/follow-up")
    (link,) = file_links(page)
    assert signed_in("henrik").client.get(link).status_code == 200
    karin.get(f"{link}/take-out")
    assert karin.submit({"reason": "Fel fil."}).path == f"/referrals/{number}/follow-up"


def test_no_file_of_a_form_ever_lies_on_a_disk(app):
    sent = {"files": (io.BytesIO(bytes(2_000_000)), "x")}
    with app.test_request_context("/concern/observations", method="POST", data=sent) as context:
        assert isinstance(context.request.files["files"].stream, io.BytesIO)
        context.request.environ["wsgi.input"].close()


def test_papers_name_files_by_their_neutral_numbers(browser, desk):
    number = send_with(browser, (a_pdf(), "Mila Testsson.pdf"))
    from referrals import documents
    from referrals.papers import paper_sources, readers
    from referrals.vocabulary import DocumentKind
    from schemas.documents.writing import paper_html

    def papers(session, referral):
        made = []
        for kind, whom in ((DocumentKind.REFERRAL, readers.FILE), (DocumentKind.RECEIPT, readers.REPORTER)):
            paper = documents.Paper(kind, whom, "en")
            made.append(paper_html(paper_sources.gather(session, referral, paper, after=referral.history[0])))
        assert attachments.beside_concern(session, referral)[0].sender_name == "Mila Testsson.pdf"
        return made

    concern, receipt = desk.read(number, papers)
    assert "attachment-1.pdf" in concern
    assert "Mila Testsson" not in concern + receipt
    assert "One file came in with it." in receipt
