"""The command line `trivsel`: one verb for each thing somebody who runs an instance does by hand."""

import argparse
import getpass
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

import referrals
from referrals import clock, config, db, migrations
from referrals.access import Role
from referrals.errors import ReferralError, SetupFileInvalid, StartRefused
from referrals.languages import LANGUAGES, translations
from referrals.models import Account, Municipality
from referrals.operations import production
from referrals.people import founding, organisation
from referrals.rules import rulebook
from referrals.vocabulary import Country, DocumentKind
from schemas import municipality as municipality_file
from webapp import backup_verbs, bounces, doctor, guardian_languages, safekeeping
from webapp.accounts.passwords import DEMO_PASSWORD, LONGEST, SHORTEST, hash_password
from webapp.instance import faults
from webapp.watch import Watch

DEMONSTRATIONS = Path(referrals.__file__).parent / "municipalities"
PAPERS = Path(referrals.__file__).parent.parent / "templates" / "documents"


def main(words: Sequence[str] | None = None) -> int:
    """Do what `words` say (by default those of the command line); the exit status."""
    given = _parser().parse_args(words)
    try:
        settings = config.current()
        settings.data.mkdir(parents=True, exist_ok=True)
        if getattr(given, "opens_keys", True):
            production.open_keys_and_date(settings)
        status: int = given.do(given) or 0
    except ReferralError as refused:
        return _fail(str(refused))
    except ValidationError as error:
        return _fail(f"the settings make no sense: {faults(error)}")
    except DBAPIError as error:
        return _fail(f"the database does not answer, or has no tables yet (`trivsel migrate`): {error.orig}")
    except OSError as error:
        return _fail(f"{error.filename or 'file'}: {error.strerror or error}")
    return status


def _fail(sentence: str) -> int:
    print(f"trivsel: {sentence}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trivsel", description="Looks after one instance of Trivsel.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("migrate", help="bring the database up to date").set_defaults(do=_migrate)
    setup = verbs.add_parser("setup", help="set up or change the municipality from its file")
    setup.add_argument("file", type=Path)
    setup.set_defaults(do=_set_up)
    demo = verbs.add_parser("demo-municipality", help="set up the demonstration municipality where none is set up")
    demo.add_argument("--country", choices=[country.value for country in Country])
    demo.add_argument("--with-year", action="store_true", help="filled with a year of invented work")
    demo.set_defaults(do=_set_up_demonstration)
    password = verbs.add_parser("password", help="give somebody a password, typed or as one line of standard input")
    password.add_argument("email")
    password.set_defaults(do=_give_password)
    ready = verbs.add_parser(
        "ready", help="say what stands in the way of a start with real people; exit status 1 if anything"
    )
    ready.set_defaults(do=_refuse_demonstration)
    verbs.add_parser("cast", help="list the sign-ins of the demonstration").set_defaults(do=_list_cast)
    paper = verbs.add_parser("paper", help="print a paper from its sample")
    paper.add_argument("kind", choices=[kind.value for kind in DocumentKind])
    paper.add_argument("file", type=Path, help="where to write the PDF")
    paper.add_argument("--language", choices=list(LANGUAGES), default="sv")
    paper.add_argument("--sparse", action="store_true", help="from the sample in which nearly everything is missing")
    paper.set_defaults(do=_print_paper)
    guardian_languages.add_to(verbs)
    backup_verbs.add_to(verbs)
    bounces.add_to(verbs)
    doctor.add_to(verbs)
    safekeeping.add_to(verbs)
    safekeeping.add_retention_to(verbs)
    return parser


def _migrate(_given: argparse.Namespace) -> None:
    with Watch() as watch:
        migrations.upgrade(config.current().database, tell=watch.tell)


def _set_up(given: argparse.Namespace) -> None:
    try:
        written = municipality_file.read(given.file)
    except SetupFileInvalid as refused:
        raise SetupFileInvalid(f"{given.file}: {refused}") from None
    _migrate(given)
    # Without a password nobody signs in: `trivsel password` gives the first administrator one, who gives the others theirs.
    _write(written, password=None)


def _set_up_demonstration(given: argparse.Namespace) -> None:
    settings = config.current()
    if not settings.is_demo:
        raise SetupFileInvalid("a demonstration municipality is not set up in production")
    _migrate(given)
    if settings.now is not None:
        clock.set_now(settings.now.astimezone())
    with db.reading() as session:
        here = session.scalars(select(Municipality).limit(1)).one_or_none()
    if here is not None:
        if given.country and here.country != given.country:
            raise SetupFileInvalid(
                f"this data folder holds {here.name}; choose another with TRIVSEL_DATA for --country {given.country}"
            )
        return
    written = municipality_file.read(DEMONSTRATIONS / f"{given.country or Country.SE.value}.toml")
    _write(written, password=DEMO_PASSWORD, with_year=given.with_year)


def _refuse_demonstration(_given: argparse.Namespace) -> None:
    if config.current().is_demo:
        raise StartRefused("this is a demonstration; TRIVSEL_MODE=production asks for a start with real people")
    with db.reading() as session:
        production.refuse_demonstration(session)
    print("Nothing stands in the way of a start with real people.")


def _write(written: dict[str, Any], *, password: str | None, with_year: bool = False) -> None:
    shared = hash_password(password) if password else None
    hashes = {person["email"]: shared for person in written["people"]} if shared else {}
    with Watch(in_lines=with_year) as watch, db.writing() as session:
        done = founding.set_up(session, written, password_hashes=hashes)
        if with_year:  # in the same transaction: whoever ends it half way finds an empty folder again, and begins anew
            from webapp.demo_year.founding import make_year

            make_year(session, tell=watch.tell)
    print(f"{done.added} added, {done.changed} changed")


def _give_password(given: argparse.Namespace) -> None:
    email = given.email.strip().lower()
    with db.reading() as session:
        if session.scalars(select(Account.id).where(Account.email == email)).one_or_none() is None:
            raise SetupFileInvalid(f"there is no account {email}")
    password_hash = hash_password(_ask_password(email))
    with db.writing() as session:
        account = session.scalars(select(Account).where(Account.email == email)).one()
        organisation.give_password(session, account, password_hash, by=None)
    print(f"{email} signs in with the new password from now on")


def _ask_password(email: str) -> str:
    is_typed = sys.stdin.isatty()
    wanted = getpass.getpass(f"New password for {email}: ") if is_typed else sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST <= len(wanted) <= LONGEST:
        raise SetupFileInvalid(f"a password has {SHORTEST} to {LONGEST} characters")
    if is_typed and getpass.getpass("The same again: ") != wanted:
        raise SetupFileInvalid("the two were not the same; nothing was changed")
    return wanted


def _list_cast(_given: argparse.Namespace) -> None:
    if not config.current().is_demo:
        raise SetupFileInvalid("production lists nobody's sign-in")
    with db.reading() as session:
        here = organisation.municipality(session)
        _ = translations(here.language).gettext
        pack = rulebook.load(here.rulepack_version)
        print(
            f"{here.name} ({_(here.country.label)}, {pack.name}): invented persons only. Password of everybody: {DEMO_PASSWORD}"
        )
        for account in session.scalars(select(Account).where(Account.is_active).order_by(Account.name)):
            print(f"  {account.email:42} {_(account.profession.label):28} {_where(account)}")


def _where(account: Account) -> str:
    units = sorted({held.unit.name for held in account.roles if held.unit})
    return ", ".join(units) or ("-" if Role.ADMINISTRATOR in {held.role for held in account.roles} else "")


def _print_paper(given: argparse.Namespace) -> None:
    from referrals import printing

    full = "sample_dk.json" if given.language == "da" else "sample.json"
    sample = PAPERS / given.kind / ("sample_sparse.json" if given.sparse else full)
    context = json.loads(sample.read_text(encoding="utf-8"))
    given.file.write_bytes(printing.print_pdf(printing.document_html(given.kind, context, language=given.language)))
    print(f"{given.file}: {_size(given.file)}")


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1000:.0f} kB"


if __name__ == "__main__":
    sys.exit(main())
