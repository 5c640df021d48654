"""The invented concern that the demonstration drives, in the words of each country. Nobody in it exists."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Story:
    """What everybody writes."""

    reporter: str
    reporter_function: str
    child: str
    seen: str
    seen_when: str
    seen_where: str
    duration: str
    child_voice: str
    strengths: str
    guardians_view: str
    tried: str
    tried_result: str
    wished_help: str
    urgency: str
    #: name and telephone; the second one reads English
    guardians: tuple[tuple[str, str], ...]
    told_what: str
    question: str
    findings: str
    protective: str
    risk: str
    conclusion: str
    pointer: str
    sources: str
    shown_together: str
    situation: str
    questions: str
    decision: str
    dissent: str
    goal: str
    baseline: str
    target: str
    plain: str
    action: str
    how: str
    if_worse: str
    done_note: str
    learned: str
    why_close: str
    summary: str
    if_needed_again: str


_SWEDISH: Final = Story(
    reporter="Ragna Lärarsson",
    reporter_function="Mentor i 4B",
    child="Alva Provsson",
    seen="Borta nio dagar i augusti och september, mest måndagar. På rasterna sitter Alva ensam vid ribbstolarna. "
    "Den 14 september sa hon: det är för stökigt där inne.",
    seen_when="Måndagar, och mest första lektionen",
    seen_where="I klassrummet och i matsalen",
    duration="Sedan terminen började",
    child_voice="”Jag vill sitta där det är tyst.”",
    strengths="Ritar mycket, hjälper de yngre och kommer gärna när det är musik.",
    guardians_view="Mamma berättar att morgnarna är svåra hemma också.",
    tried="En egen plats vid fönstret och ett dagsschema med bilder.",
    tried_result="Bilderna hjälper. Platsen gjorde det inte.",
    wished_help="Någon som möter henne vid grinden på morgonen.",
    urgency="Klassbyte den 1 december.",
    guardians=(("Greta Provsson", "0000-12 12 12"), ("Gustav Provsson", "0000-13 13 13")),
    told_what="Vad skolan har sett, vilka som ingår i teamet, och att samtycke är frivilligt.",
    question="Vad hjälper när en uppgift börjar, och när blir det för mycket?",
    findings="Läser gärna, men inte när det är stimmigt. Orkar mer efter en lugn start.",
    protective="En vän i 4B, musiken, och en mentor hon tycker om.",
    risk="Lite sömn inför måndagar.",
    conclusion="Behöver en lugn start på dagen och ett ställe att gå undan till.",
    pointer="Det finns något att tillägga från oss. Fråga oss på tisdagar.",
    sources="Tre lektionsbesök och ett samtal, september.",
    shown_together="Delarna visar samma sak: det är ljudet och början på dagen som är svårt, inte skolarbetet.",
    situation="Alva kommer sent eller inte alls på måndagar. När starten är lugn stannar hon hela dagen.",
    questions="Hur blir det vid klassbytet?",
    decision="Alva möts vid grinden varje morgon och börjar dagen i biblioteket.",
    dissent="jag hade velat börja redan i måndags.",
    goal="Alva är i skolan varje morgon.",
    baseline="Två av fem morgnar.",
    target="Fem av fem morgnar.",
    plain="Det är lugnt på morgonen.",
    action="Möta Alva vid grinden och gå med henne till biblioteket.",
    how="Tio minuter, samma person varje gång.",
    if_worse="Ring samordnaren samma dag. Teamet träffas inom en vecka.",
    done_note="Blev inte av när någon var sjuk.",
    learned="Den lugna starten gjorde mer än extra tid.",
    why_close="Målet är nått, och skolan fortsätter på egen hand.",
    summary="Vi möttes kring hur morgnarna är. Alva blev mött vid grinden, och nu kommer hon varje dag.",
    if_needed_again="Ring HTL-samordnaren, så tar teamet upp det igen.",
)

_DANISH: Final = Story(
    reporter="Ragna Lærersen",
    reporter_function="Klasselærer i 4.B",
    child="Alma Prøvegaard",
    seen="Væk ni dage i august og september, mest mandage. I frikvartererne sidder Alma alene ved ribberne. "
    "Den 14. september sagde hun: der er for meget larm derinde.",
    seen_when="Mandage, og mest i første lektion",
    seen_where="I klassen og i kantinen",
    duration="Siden skoleårets start",
    child_voice="„Jeg vil sidde, hvor der er stille.“",
    strengths="Tegner meget, hjælper de yngre og kommer gerne, når der er musik.",
    guardians_view="Mor fortæller, at morgenerne også er svære derhjemme.",
    tried="En fast plads ved vinduet og en dagsplan med billeder.",
    tried_result="Billederne hjælper. Pladsen gjorde ikke.",
    wished_help="En, der møder hende ved porten om morgenen.",
    urgency="Klasseskift den 1. december.",
    guardians=(("Grethe Prøvegaard", "00 12 12 12"), ("Gustav Prøvegaard", "00 13 13 13")),
    told_what="Hvad skolen har set, hvem der er med i teamet, og at samtykke er frivilligt.",
    question="Hvad hjælper, når en opgave begynder, og hvornår bliver det for meget?",
    findings="Læser gerne, men ikke når der er uro. Kan mere efter en rolig start.",
    protective="En ven i 4.B, musikken og en lærer, hun holder af.",
    risk="Lidt søvn op til mandage.",
    conclusion="Har brug for en rolig start på dagen og et sted at trække sig tilbage.",
    pointer="Der er noget at tilføje fra os. Spørg os om tirsdagen.",
    sources="Tre besøg i timerne og en samtale, september.",
    shown_together="Delene viser det samme: det er lyden og begyndelsen på dagen, der er svær, ikke skolearbejdet.",
    situation="Alma kommer sent eller slet ikke om mandagen. Når starten er rolig, bliver hun hele dagen.",
    questions="Hvordan bliver det ved klasseskiftet?",
    decision="Alma bliver mødt ved porten hver morgen og begynder dagen på biblioteket.",
    dissent="jeg ville gerne være begyndt i mandags.",
    goal="Alma er i skole hver morgen.",
    baseline="To af fem morgener.",
    target="Fem af fem morgener.",
    plain="Der er roligt, når jeg kommer.",
    action="Møde Alma ved porten og gå med hende til biblioteket.",
    how="Ti minutter, den samme person hver gang.",
    if_worse="Ring til tovholderen samme dag. Teamet mødes inden for en uge.",
    done_note="Blev ikke til noget, når nogen var syg.",
    learned="Den rolige start gjorde mere end ekstra tid.",
    why_close="Målet er nået, og skolen fortsætter på egen hånd.",
    summary="Vi mødtes om morgenerne. Alma blev mødt ved porten, og nu kommer hun hver dag.",
    if_needed_again="Ring til tovholderen, så tager teamet det op igen.",
)


def story_in(language: str) -> Story:
    """The story for a municipality that speaks `language`."""
    return _DANISH if language == "da" else _SWEDISH
