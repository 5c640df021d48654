"""The list: the same referrals and filters as the board, line by line and page by page, and as a file of numbers and days."""

from collections.abc import Iterator

from flask import Response, request, url_for

from referrals import queries
from referrals.languages import local_date
from referrals.models import What
from referrals.vocabulary import N_
from webapp import auditing, pages, people, transactions
from webapp.casework import blueprint, extracts, filters, words
from webapp.casework.board import card, marks_of
from webapp.guards import signed_in
from webapp.language import gettext, zone

#: the columns of the list as a file: how the work goes, and nothing of what it is about
HEADINGS = (
    N_("Number"), N_("Unit"), N_("Stage"), N_("Status"), N_("Came in"), N_("In this stage since"), N_("Target"),
    N_("Where the day comes from"), N_("Past its target"),
)  # fmt: skip
_FILE = "referrals"


@blueprint.get("/referrals")
@signed_in()
def referral_list() -> Response:
    """One page of the referrals under the filters in the address."""
    chosen = filters.from_address()
    asked = request.args.get("page", default=1, type=int)
    found = queries.listing(transactions.session(), people.actor(), chosen, number=min(asked, 1_000_000))
    address = filters.in_address(chosen)
    marks = marks_of(found.rows)
    return pages.page(
        "casework/list.html",
        cards=[card(referral, chosen.today, marks) for referral in found.rows],
        found=found,
        filters=filters.choices(chosen),
        are_set=chosen.are_set,
        board_url=url_for("casework.board", **{name: value for name, value in address.items() if name != "show"}),
        page_url=lambda number: url_for("casework.referral_list", **address, page=number),
        text_url=url_for("casework.referral_list_as_text", **address),
        workbook_url=url_for("casework.referral_list_as_workbook", **address),
    )


@blueprint.get("/referrals.csv")
@signed_in()
def referral_list_as_text() -> Response:
    """The list under the same filters as CSV; taking it out stands in the audit log."""
    auditing.note(What.EXPORTED, subject="casework.referral_list")
    return extracts.as_text(_FILE, _headings(), _rows())


@blueprint.get("/referrals.xlsx")
@signed_in()
def referral_list_as_workbook() -> Response:
    """The same as a workbook."""
    auditing.note(What.EXPORTED, subject="casework.referral_list")
    return extracts.as_workbook(_FILE, _headings(), _rows(), title=gettext("Referrals"))


def _headings() -> list[str]:
    return [gettext(heading) for heading in HEADINGS]


def _rows() -> Iterator[tuple[extracts.Cell, ...]]:
    here = zone()
    for line in queries.process_lines(transactions.session(), people.actor(), filters.from_address()):
        yield (
            line.number,
            line.unit,
            words.stage_name(line.rulepack, line.stage, line.status),
            words.status_name(line.status),
            local_date(line.opened_at, zone=here),
            local_date(line.stage_since, zone=here),
            line.target_on or "",
            gettext(line.target_source.label) if line.target_on and line.target_source else "",
            gettext("Yes") if line.is_late else gettext("No"),
        )
