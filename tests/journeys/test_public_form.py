"""The public form, as teachers, guardians and pupils use it."""

from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.telling import Reporter


def test_a_teacher_tells_about_a_child_and_takes_the_receipt_home(instance: Instance, new_window: Opener) -> None:
    reporter = Reporter(new_window(), instance.language)
    reporter.begin("I work with children").tell_as_teacher()
    receipt = reporter.send()
    assert reporter.wait_for_receipt().startswith(b"%PDF")
    assert receipt.number and receipt.code
