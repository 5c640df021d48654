"""The staff's pages in Danish, whose words are others and sometimes longer; the form and its stages are told in Danish elsewhere."""

from referrals import db
from tests import straight_way
from tests.journeys import ground
from tests.journeys.every_page import Walk
from tests.webapp.desk import cast_of


def test_the_staffs_pages_are_wholly_in_danish_and_fit(walk_in_danish: Walk, address: str, number: str) -> None:
    walk, made = walk_in_danish, 0
    for until, people in ((0, ("karin", "anton")), (17, ("karin", "henrik", "petra", "kim"))):
        for decide in straight_way.DECISIONS[made:until]:
            with db.writing(address) as session:
                decide(session, cast_of(session), ground.the_referral(session, number))
        made = until
        if until:
            ground.lay_what_lies_around(address, number)
        walk.look_around(number, *people)
    assert len(walk.seen) > 50
