"""Worker, web and Prefect are killed at random moments, one by one and all at once, while people decide and send concerns in.

The processes are real ones, on their own. `TRIVSEL_SEEDS=37-37` makes the same journeys again, and kills the same processes in
the same order after the same pauses; what those are doing just then is up to the machine, but that a worker holds a step when it
is killed, and that the web meets somebody at its form, is seen to. What fails tells when each was killed. It takes a minute or two,
and belongs to `./dev faults`, not to every run of the tests.
"""

import io
import random
import shutil
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, config, db
from referrals.models import Mail, Referral, Step
from referrals.printing import print_pdf
from referrals.stages import IN_TRIAGE
from tests.bench.concerns import send_at_last
from tests.conftest import A_WEDNESDAY
from tests.flows.ground import Instance, PrefectServer, until
from tests.flows.random_journeys import Journey, Moments, asked_for, differences, go_without_prefect
from tests.flows.watching import is_quiet, is_stopped_with_a_step, nothing_is_lost_twice_or_stuck
from tests.programs import web, worker
from tests.referrals.post_office import free_port
from webapp.demo_window import Stopped

#: referrals that people decide about while processes are killed
JOURNEYS = 2
#: what is killed together; a concern comes in through the public form each time
KILLS = (("worker",), ("web",), ("prefect",), ("prefect", "worker", "web"))
#: seconds: the form has seven pages before its last button, so that nobody is through with it before all of one turn are killed
_A_PAGE, _KILLED_WITHIN = 0.2, 1.0


class OnPaper(Journey):
    """A journey whose papers are printed in earnest."""

    def print_pdf(self, html: str) -> bytes:
        """The printer."""
        return print_pdf(html)

    def read(self, pdf: bytes) -> str:
        """The letters of a paper: where a line ends depends on how wide the reference number is."""
        return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


class RealJourney(OnPaper):
    """A journey whose automatic work is done elsewhere."""

    def carry_on(self) -> None:
        """Wait until all automatic work for this referral and this development work is done."""
        until(self._is_quiet)

    def _is_quiet(self) -> bool:
        with db.reading(self.address) as session:
            is_ours = (Step.referral_id == self.referral_id) | (Step.development_id == self.work.id)
            open_ones = select(func.count()).where(is_ours, Step.finished_at.is_(None))
            return session.scalar(open_ones) == 0

    def _count(self, session: Session) -> None:
        """Counted once for all journeys, when everything is quiet."""


class NoTraveller:
    """Time goes by itself."""

    def shift(self, _by: timedelta) -> None:
        """Nothing."""


@pytest.fixture
def calm(sqlite_template: Path, tmp_path: Path) -> Callable[[int], list[str]]:
    """What becomes of a journey with nothing going wrong, and nothing of Prefect. Time goes by as in the real ones: of two things
    that are decided in one breath the second is the later one, which papers tell."""

    def calm(seed: int) -> list[str]:
        path = tmp_path / f"calm-{seed}.sqlite"
        shutil.copy(sqlite_template, path)
        with time_machine.travel(A_WEDNESDAY) as traveller, pytest.MonkeyPatch.context() as patch:
            became = go_without_prefect(
                patch, traveller, f"sqlite:///{path}", seed, Moments(), patience=1.0, kind=OnPaper
            )
        config.current.cache_clear()
        return became

    return calm


def test_processes_that_are_killed_at_random_cost_time_and_nothing_else(
    one_instance: Instance, prefect: PrefectServer, calm: Callable[[int], list[str]]
) -> None:
    instance = one_instance
    seed = asked_for(1).start
    choice, seeds = random.Random(seed), [seed * 100 + number for number in range(JOURNEYS)]
    expected = [calm(one) for one in seeds]
    clock.use_shift_file(instance.settings.shift_file)
    clock.set_now(A_WEDNESDAY)
    port = free_port()
    parts = {
        "prefect": prefect,
        "worker": worker(environment=instance.environment),
        "web": web(port, instance.settings.data, environment=instance.environment | {"TRIVSEL_PORT": str(port)}),
    }
    journeys = [
        RealJourney(instance.database, one, Moments(), NoTraveller(), patience=1.0, people=instance.cast)  # type: ignore[arg-type]
        for one in seeds
    ]
    met = list[Stopped]()
    try:
        parts["worker"].start()
        parts["web"].start()
        with ThreadPoolExecutor(JOURNEYS + len(KILLS)) as pool:
            under_way = [pool.submit(journey.go) for journey in journeys]
            sent, began = list[Future[str]](), time.monotonic()
            for together in choice.sample(KILLS, len(KILLS)):
                time.sleep(choice.uniform(0.5, 4))
                if "worker" in together:
                    until(lambda: is_stopped_with_a_step(parts["worker"], instance) or all(map(Future.done, under_way)))
                sent.append(pool.submit(send_at_last, f"http://127.0.0.1:{port}", met, seconds_a_page=_A_PAGE))
                time.sleep(choice.uniform(0, _KILLED_WITHIN))
                print(f"killed after {time.monotonic() - began:.3f} s:", *together)  # seen where the test fails
                for name in together:
                    parts[name].kill()
                for name in choice.sample(together, len(together)):
                    parts[name].start()
            became, numbers = [journey.result() for journey in under_way], [one.result() for one in sent]
        until(lambda: is_quiet(instance))
    finally:
        parts["worker"].kill()
        parts["web"].kill()
    otherwise = "\n".join(map(differences, expected, became)).strip()
    assert not otherwise, f"TRIVSEL_SEEDS={seed}-{seed}\n{otherwise}"
    assert met, "whenever the web was killed, nobody was at its form"
    _count(instance, numbers)


def _count(instance: Instance, numbers: list[str]) -> None:
    with db.reading(instance.database) as session:
        nothing_is_lost_twice_or_stuck(session)
        assert max(session.scalars(select(Step.attempt))) > 1, "no worker was killed with a step"
        assert session.scalar(select(func.count()).select_from(Referral)) == JOURNEYS + len(KILLS)
        from_the_form = session.scalars(select(Referral).where(Referral.number.in_(numbers))).all()
        assert [referral.state for referral in from_the_form] == [IN_TRIAGE] * len(KILLS)
        letters = {one.message_id.strip("<>").partition("@")[0]: one for one in session.scalars(select(Mail))}
    handed_over = {path.stem for path in (instance.settings.data / "mail").glob("*.eml")}
    assert handed_over & letters.keys() == {name for name, one in letters.items() if one.sent_at}
