"""The forms of development work: what it is about, its terms, milestones and closing report, its analysis with counts, and what each level plans."""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import ValidationError, validate, validates_schema
from marshmallow import fields as kinds

from referrals.patterns.school_terms import SchoolTerm
from referrals.vocabulary import (
    AfterFollowUp,
    DevelopmentAct,
    DevelopmentEvidence,
    DevelopmentKind,
    DevelopmentPhase,
    GovernanceLevel,
    LessonTheme,
    LevelledKind,
)
from schemas.fields import (
    CHOOSE_ONE,
    CHOOSE_SOME,
    FILL_IN,
    GIVE_DATE,
    N_,
    CountField,
    DateField,
    FormSchema,
    IdList,
    LongText,
    ShortText,
    TermField,
    TermList,
    Tick,
    WordList,
)

#: of one question; each choice of them is looked at for sums
MOST_GROUPS: Final = 12
_GIVE_NUMBER = N_("Give a number.")


class SchoolTermField(kinds.Field[SchoolTerm]):
    """A term of the school year, by its code."""

    def __init__(self) -> None:
        super().__init__(
            required=True, error_messages={"required": CHOOSE_ONE, "null": CHOOSE_ONE, "invalid": CHOOSE_ONE}
        )

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **_kwargs: Any,
    ) -> SchoolTerm:
        term = SchoolTerm.read(str(value))
        if term is None:
            raise self.make_error("invalid")
        return term


class CaseWordsForm(FormSchema):
    """What the work is about, and which words of it are words only."""

    themes = TermList(LessonTheme, needed=CHOOSE_SOME)
    title = ShortText(needed=FILL_IN)
    background = LongText(needed=FILL_IN)
    aim = LongText(needed=FILL_IN)
    answered = WordList()


class NewCaseForm(CaseWordsForm):
    """The same, and what kind of work it is and where."""

    kind = TermField(DevelopmentKind, needed=CHOOSE_ONE)
    unit_ids = IdList(needed=CHOOSE_SOME)


class TermsForm(FormSchema):
    """What some terms are for; without a phase they are taken out."""

    first = SchoolTermField()
    last = SchoolTermField()
    phase = TermField(DevelopmentPhase)


class MilestoneForm(FormSchema):
    """What is to be there by a day."""

    due_on = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=6)
    words = ShortText(needed=FILL_IN)
    answered = WordList()


class ClosingReportForm(FormSchema):
    """The four headings of the closing report; each may wait until the work is closed."""

    lessons_learnt = LongText()
    good_examples = LongText()
    reflections = LongText()
    future_plans = LongText()
    answered = WordList()


class LeaderForm(FormSchema):
    """Who leads the work at which unit, as the page calls both."""

    leader = ShortText(needed=CHOOSE_ONE)


class AnalysisForm(FormSchema):
    """What stands under the headings of a situation analysis; each may wait."""

    strengths = LongText()
    difficulties = LongText()
    childrens_views = LongText()
    causes = LongText()
    priorities = LongText()
    goals = LongText()
    following_up = LongText()
    answered = WordList()


class CountedGroupForm(FormSchema):
    """Of one group: for how many it holds, of how many."""

    group = ShortText(needed=FILL_IN)
    holds = CountField(needed=_GIVE_NUMBER)
    asked = CountField(least=1, needed=_GIVE_NUMBER)

    @validates_schema
    def _fits(self, data: Mapping[str, Any], **_options: Any) -> None:
        if data["holds"] > data["asked"]:
            raise ValidationError(N_("It cannot hold for more than there are in the group."), "holds")


class ResultForm(FormSchema):
    """What was asked or tested, and how many of each group it holds for."""

    evidence = TermField(DevelopmentEvidence, needed=CHOOSE_ONE)
    question = ShortText(needed=FILL_IN)
    groups = kinds.List(
        kinds.Nested(CountedGroupForm),
        required=True,
        error_messages={"required": N_("Give at least one group.")},
        validate=validate.Length(
            max=MOST_GROUPS, error=N_("That is more than twelve groups. Put some of them together.")
        ),
    )
    are_apart = Tick()
    answered = WordList()


class ActionForm(FormSchema):
    """What a level puts first, wants to reach or does, which function answers for it, and in which term."""

    #: a page of the version before asks for actions only
    kind = TermField(LevelledKind, load_default=LevelledKind.ACTION)
    level = TermField(GovernanceLevel, needed=CHOOSE_ONE)
    words = ShortText(needed=FILL_IN)
    responsible = ShortText(needed=FILL_IN)
    term = SchoolTermField()
    answered = WordList()


class StageForm(FormSchema):
    """What moves the work on; why, or what was seen, where that is asked; and after a follow-up, how it goes on."""

    act = TermField(DevelopmentAct, needed=CHOOSE_ONE)
    said = LongText()
    outcome = TermField(AfterFollowUp)
    answered = WordList()
