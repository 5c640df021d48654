"""The ground of `test_any_input.py`: an instance with one of everything, requests nobody meant to send, and what must hold afterwards."""

import re
import uuid
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import flask
from hypothesis import strategies as st
from sqlalchemy import select

from referrals import db
from referrals.access import Role
from referrals.models import Base, Guardian, RoleAssignment
from referrals.stages import PLAN_ACTIVE, QUIET, STATES
from referrals.vocabulary import DocumentKind, Recipient
from schemas.intake import PAGES, Door
from tests.journeys import ground
from tests.webapp import test_intake
from tests.webapp.browsing import Browser
from tests.webapp.desk import cast_of
from tests.webapp.test_refused_forms import every_name, lay, lay_around
from webapp.accounts import guardians

#: everybody who may come
STAFF = ("karin", "henrik", "anton", "kim", "siv", "noor", "leo", "sanna", "otto", "margit", "rune", "petra")
PEOPLE = (*STAFF, "guardian", "writer", "reporter", "stranger", "forger")
#: who has most to send where a door asks for somebody of this kind
AT_HOME = {
    "public": ("writer", "writer", "writer", "reporter", "reporter", "guardian", "stranger"), "for_guardian": ("guardian",), "for_report": ("kim",), "for_consultation": ("kim",), "for_notice": ("henrik",), "for_upward": ("karin",), "for_pupil": ("henrik",), "for_round": ("margit", "karin"), "for_enrolment": ("karin",), "for_lesson": ("karin", "sanna"), "for_seminar": ("karin",), "for_export": ("rune", "margit"), "for_development": ("karin",),
    "for_referral": ("karin", "karin", "karin", "henrik", "kim"), "signed_in": ("karin", "henrik", "anton", "anton", "sanna"), "at_the_door": ("karin",),
}  # fmt: skip
#: a stream without an end, of which its own tests know; and whether all parts are up, which here they are not
NEVER_ASKED = {"casework.live", "health.ready"}
#: tables that tell of a visit and of what somebody typed, and decide nothing: also a refusal may write there
OF_THE_VISIT = {"audit_event", "audit_head", "kept_form", "web_session", "guardian_session", "known_device", "pace"}
#: tables with rows that a part of an address names, where they are called otherwise
TABLES = {
    "row_id": "attachment", "session_id": "web_session", "stretch_id": "closed_day", "action_id": "planned_action", "part_id": "assessment_part",
    "report_id": "protection_report", "request_id": "reading_request", "listed_id": "access_list", "sample_id": "log_sample",
    "consultation_id": "consultation", "notice_id": "degrading_notice", "hand_over_id": "hand_over", "addition_id": "concern_addition", "seat_id": "team_seat", "date_id": "team_date", "item_id": "agenda_item", "absence_id": "seat_absence", "meeting_id": "team_meeting",
    "pupil_id": "absent_pupil", "due_id": "absence_step",
    "round_id": "consultation_round", "enrolment_id": "round_enrolment", "slot_id": "round_slot", "question_id": "learning_question",
    "decision_id": "statutory_decision", "investigation_id": "support_investigation", "programme_id": "support_programme",
    "upward_id": "upward_question", "consultant_id": "round_consultant", "lesson_id": "lesson", "seminar_id": "seminar", "export_id": "research_export", "development_id": "development_case", "milestone_id": "development_milestone", "result_id": "development_result", "level_action_id": "development_action", "work_paper_id": "development_paper",
}  # fmt: skip
#: parts of addresses that are words
WORDS = {
    "number": (), "version": ("1",), "begins": ("2026",), "slug": ("lindskolan",), "kind": tuple(DocumentKind), "code": ("sv",), "recipient": tuple(Recipient),
    "name": tuple(page.name for page in PAGES[Door.STAFF]), "token": ("x",), "fingerprint": ("x",),
}  # fmt: skip
METHODS = ("GET", "POST", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND")

MARK = "<script>alert(1)</script>"
HOSTILE = (
    *(MARK, f"\"'>{MARK}", "{{7*7}}${7*7}", "' OR 1=1 --", "'; DROP TABLE referral; --", "%00%0a", "\x00\x01\x1b[2J\x7f", "\u202eabc\u202c\u200b"),
    *("مرحبا שלום", "Z̷̡a̶l̴g̵o̸" * 9, "🙂👩‍👩‍👧" * 9, "\ud800", "\udfff\ud800", "\ufffe\uffff", "\r\nSet-Cookie: a=b", "../../etc/passwd", "=1+1"),
    *("-1", "0", "1e309", "nan", "٣", "²", "99999999999999999999", "-9223372036854775809", "2147483648", "1_000", "0x10", "１２"),
    *("0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "1899-12-31", "2026-09-16T25:61", "24:00", "9999-12-31T23:59"),
    *("", " ", "\t\n", "true", "None", "null", "[]", "{}", str(uuid.UUID(int=0)), "HTL-7K4M-2Q9X", "sv", "yes", "1", "2026-09-17", "10:00"),
)  # fmt: skip
FILES = (
    b"",
    b"%PDF-1.7\n%%EOF",
    b"\xff\xd8\xff\xe0JFIF",
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    b"PK\x03\x04",
    b"<svg onload=alert(1)>",
)

_SHORT = st.text(max_size=40)
VALUES = st.one_of(
    st.sampled_from(HOSTILE),
    _SHORT,
    st.integers().map(str),
    st.dates().map(str),
    st.builds(lambda piece, times: piece * times, st.text(min_size=1, max_size=9), st.sampled_from((300, 2_500, 12_000))),
)  # fmt: skip
_NAMES = every_name()
NAMES = st.one_of(
    st.sampled_from((*_NAMES, *("_language", "_add", "_remove", "_take", "_look", "_typing", "_forget", "_page", "_form", "_saving", "seen", "next"))),
    st.sampled_from(_NAMES).map(lambda name: name.replace("-0-", "-9999-")),
    _SHORT,
)  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(("Accept-Language", "Referer", "Range", "If-None-Match", "If-Modified-Since", "Accept", "HX-Request", "Host", "Cookie",
                     "X-Forwarded-For", "X-Forwarded-Host", "Content-Length", "Authorization", "Origin")),
    st.one_of(st.sampled_from(("bytes=0-", "bytes=9-1", "sv;q=x", "*", "a b", "1e9", "Bearer x", ",;=")), st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=30)),
    max_size=2,
)  # fmt: skip

#: pages with a form, one for everybody
_WITH_FORM = ("/account/password", "/guardian/consent", "/sign-in")
_TOKEN = r'name="csrf_token" value="([^"]+)"'


class Field:
    """One field of a form: what stands in it, and what can be put there."""

    def __init__(self, kind, value=""):
        self.kind, self.value, self.offers = kind, value, []


class Forms(HTMLParser):
    """The forms of a page, each with its fields by their names."""

    def __init__(self, page):
        super().__init__()
        self.found, self._open = [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        name, value, kind = has.get("name"), has.get("value") or "", has.get("type", "text")
        if tag == "form":
            self.found.append((has.get("action"), has.get("method", "get"), {}, has.get("enctype")))
        elif self.found and tag == "option" and self._open:
            self._open.offers.append(value)
        elif self.found and name and tag in ("input", "button", "select", "textarea") and kind != "file":
            kind = {"input": kind, "button": "submit"}.get(tag, tag)
            field = self.found[-1][2].setdefault(name, Field(kind, value))
            if kind in ("radio", "checkbox", "submit"):
                field.offers.append(value or "on")
            self._open = field if tag in ("select", "textarea") else None

    def handle_endtag(self, tag):
        if tag in ("select", "textarea"):
            self._open = None

    def handle_data(self, data):
        if self._open and self._open.kind == "textarea":
            self._open.value += data


class World:
    """One instance in which every state has its referral, who may come there, every address, and the way back to its beginning."""

    def __init__(self, app, settings, signed_in, report_it):
        self.app, self.database, self.shift_file = app, settings.database, settings.shift_file
        self.is_sqlite = settings.database.startswith("sqlite")
        self.by_age = "rowid" if self.is_sqlite else "ctid"
        with db.writing(self.database) as session:
            cast = cast_of(session)
            session.add(
                RoleAssignment(account_id=cast.second_coordinator.id, role=Role.REGISTRAR, unit_id=cast.school.id)
            )
            laid = {state: lay(session, cast, state) for state in sorted(STATES, key=repr)}
        about = laid[PLAN_ACTIVE]["number"]
        lay_around(self.database, about, report_id=report_it(about).id)
        ground.lay_hand_overs(self.database)
        ground.lay_absence(self.database, stays=False)
        ground.lay_an_educational_assessment(self.database)
        self.cookies = self._people(signed_in)
        self.doors = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in NEVER_ASKED]
        self.pages = [
            rule
            for rule in self.doors
            if "GET" in rule.methods and not rule.rule.startswith(("/assets", "/u/", "/healthz", "/metrics"))
        ]
        self.rows = self._rows()
        self.before = self.count()
        self._tokens = {}

    def _people(self, signed_in):
        name = self.app.config["SESSION_COOKIE_NAME"]
        browsers = {person: signed_in(person) for person in STAFF}
        for person, write in (("writer", test_intake.fill_staff), ("reporter", test_intake.send_staff)):
            browsers[person] = Browser(self.app.test_client())
            write(browsers[person])
        browsers["guardian"] = Browser(self.app.test_client())
        with db.writing(self.database) as session, self.app.test_request_context():
            guardian = session.scalars(select(Guardian).where(Guardian.referral.has(status="active"))).first()
            guardians.open_session(session, guardian, is_strong=True)
            token = flask.session[guardians.TOKEN]
        with browsers["guardian"].client.session_transaction() as cookie:
            cookie[guardians.TOKEN] = token
        for browser in browsers.values():
            for page in _WITH_FORM:  # gives the cookie what tokens of forms are made of
                browser.client.get(page)
        cookies = {person: browser.client.get_cookie(name).value for person, browser in browsers.items()}
        return cookies | {"stranger": None, "forger": f"{cookies['karin'][:-3]}abc"}

    def _rows(self):
        """Every row that a part of an address can name: by the part's name and the number of the referral, or None, it belongs to."""
        tables = {table.name: table for table in Base.metadata.sorted_tables}
        rows = {(name, None): list(values) for name, values in WORDS.items()}
        with db.reading(self.database) as session:
            ask = session.connection().exec_driver_sql
            rows["number", None] = [number for (number,) in ask(f"SELECT number FROM referral ORDER BY {self.by_age}")]
            for argument in sorted(
                {argument for rule in self.doors for argument in rule.arguments} - {name for name, _of in rows}
            ):
                table = tables.get(TABLES.get(argument, argument.removesuffix("_id")))
                if table is None:
                    continue  # words and rows of no table: such a part is filled with anything
                number = (
                    "(SELECT number FROM referral r WHERE r.id = referral_id)" if "referral_id" in table.c else "NULL"
                )
                for row, of in ask(f"SELECT id, {number} FROM {table.name} ORDER BY {self.by_age}"):
                    for owner in {of, None}:
                        rows.setdefault((argument, owner), []).append(str(uuid.UUID(str(row))))
        return rows

    def count(self):
        """What stands in each table, as a number that changes with it."""
        with db.reading(self.database) as session:
            ask = session.connection().exec_driver_sql
            return {
                table.name: hash(frozenset(str(row) for row in ask(f'SELECT * FROM "{table.name}"')))
                for table in Base.metadata.sorted_tables
            }

    def browser(self, person):
        client = self.app.test_client()
        if self.cookies[person]:
            client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.cookies[person])
        return client

    def at_home(self, rule):
        """Who has something to send at this door."""
        return AT_HOME[self.app.view_functions[rule.endpoint].guards[0].kind]

    def token(self, person):
        """A token with which this person's browser may send forms."""
        if person not in self._tokens:
            found = (re.search(_TOKEN, self.browser(person).get(page).text) for page in _WITH_FORM)
            self._tokens[person] = next(token[1] for token in found if token)
        return self._tokens[person]

    def changed(self):
        """The tables in which something is not as it was, apart from those that tell of a visit."""
        now = self.count()
        return sorted({name for name, value in now.items() if value != self.before[name]} - OF_THE_VISIT)

    def faults(self):
        """What no request whatever may leave: rows without those they belong to, and referrals that are not where their history ends."""
        with db.reading(self.database) as session:
            ask = session.connection().exec_driver_sql
            # PostgreSQL looks at its commits that each row belongs to one that is there
            alone = ask("PRAGMA foreign_key_check") if self.is_sqlite else ()
            found = [f"{row[0]} {row[1]} belongs to no {row[2]}" for row in alone]
            found += [f"{number} and its history do not fit" for number, is_whole in ask(_HISTORIES) if not is_whole]
            found += [f"nothing follows {verb}" for (verb,) in ask(_WITHOUT_STEP) if verb not in QUIET]
        return found


#: each referral's version is its newest row, whose stage it stands in; its rows are numbered without gaps
_HISTORIES = """
SELECT r.number, r.version = count(h.id) AND r.version = max(h.number) AND (
    SELECT newest.to_stage = r.stage AND newest.to_status = r.status FROM history newest
    WHERE newest.referral_id = r.id AND newest.number = r.version)
FROM referral r LEFT JOIN history h ON h.referral_id = r.id GROUP BY r.id
"""
#: rows that start automatic work and left no step for it
_WITHOUT_STEP = "SELECT h.verb FROM history h WHERE NOT EXISTS (SELECT 1 FROM step s WHERE s.history_id = h.id)"


def path_to(draw, world, rule):
    """An address of a route: mostly with rows that there are and that belong together, otherwise with anything."""

    def choose(rows):
        if draw(st.integers(0, 19)) == 0:
            return draw(st.one_of(st.sampled_from(HOSTILE), _SHORT, st.just(str(uuid.UUID(int=5)))))
        return draw(st.sampled_from(rows))

    return _address(world, rule, choose)


def plain_path_to(world, rule):
    """An address of a route with the first row that there is of each kind it names, those that belong together."""
    return _address(world, rule, lambda rows: rows[0])


def _address(world, rule, choose):
    parts, number = re.split(r"<.*?([a-z_]+)>", rule.rule), None
    for place in range(1, len(parts), 2):
        name = parts[place]
        part = choose(world.rows.get((name, number)) or world.rows.get((name, None)) or ["nothing"])
        parts[place] = quote(part.encode(errors="surrogatepass"), safe="")
        number = part if name == "number" else number
    return "".join(parts)


def encoded(fields):
    """Fields as the bytes of a form; halves of letters make bytes that are no UTF-8."""
    return urlencode(
        [(name.encode(errors="surrogatepass"), value.encode(errors="surrogatepass")) for name, value in fields]
    )


#: what fits where nothing stands yet, by the kind of the field
FITTING = {
    "date": "2026-09-17",
    "time": "10:00",
    "datetime-local": "2026-09-18T10:00",
    "number": "1",
    "email": "lo.x@trivsel.invalid",
}


def filled(draw, fields):
    """A form filled in by somebody who reads nothing: mostly with what fits, here and there with anything at all."""
    typed = []
    for name, field in fields.items():
        match field.kind:
            case "hidden":
                typed.append((name, field.value))
            case "radio" | "select":
                typed.append((name, draw(st.sampled_from(field.offers or [""]))))
            case "checkbox":
                typed += [(name, one) for one in field.offers if draw(st.integers(0, 2))]
            case "submit":
                seldom = 30 if name.startswith("_") else 4
                typed += [(name, one) for one in field.offers if draw(st.integers(0, seldom)) == 0]
            case kind:
                typed.append((name, field.value or FITTING.get(kind, "Ord.")))
    for _ in range(draw(st.sampled_from((0, 1, 1, 2, 3, 9)))):
        place = draw(st.integers(0, max(0, len(typed) - 1)))
        match draw(st.sampled_from(("change", "change", "change", "change", "drop", "repeat", "add"))):
            case "change" if typed and typed[place][0] != "csrf_token":
                typed[place] = (typed[place][0], draw(VALUES))
            case "drop" if typed:
                del typed[place]
            case "repeat" if typed:
                typed.append((typed[place][0], draw(VALUES)))
            case _:
                typed.append((draw(NAMES), draw(VALUES)))
    return typed


def files(draw):
    """Files that are none, under names that are none."""
    name = st.one_of(st.sampled_from(HOSTILE), _SHORT, st.just("photo.jpg"))
    whole = st.one_of(st.sampled_from(FILES), st.binary(max_size=200))
    return draw(st.lists(st.tuples(name, whole), max_size=3))
