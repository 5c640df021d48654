"""What each page is for, in a few sentences: what can be done on it, what happens next, and who sees it."""

from typing import Final

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from referrals.vocabulary.terms import N_
from webapp import auditing, guardian_help

#: by endpoint; downloads have none, and what says that something cannot be done has words of its own
HELP: Final[dict[str, str]] = guardian_help.HELP | {
    # accounts
    "accounts.sign_in": N_("Here staff sign in who work with referrals. Whoever is concerned about a child needs no sign-in: that is done from the start page."),
    "accounts.code": N_("The second of two steps: a code that only you have. Afterwards you come to what waits for you. Without telephone and recovery codes an administrator helps you on."),
    "accounts.factor": N_("Here you set up the second step of your sign-in: a code from an app on your telephone. It protects what is written about children even if somebody learns your password."),
    "accounts.account": N_("Your own account: your details, your password, the second step of your sign-in, your mail and where you are signed in. Only you see this page."),
    "accounts.password": N_("Here you choose another password. Afterwards every browser in which you are signed in is signed out, and a mail tells you that it was changed."),
    "accounts.forgotten": N_("Write the address you sign in with. If it is known here, a link is on its way to it. The answer is the same for every address, so that nobody learns who works here."),
    "accounts.new_password": N_("You came here by the link in your mail. Choose a new password: the link is good once, and then you sign in with the new one."),
    "accounts.signed_out": N_("You are signed out here. On a computer that others use too, sign out with the municipality as well, or close the browser."),
    "accounts.come_back": N_("Here you come back from the municipality's sign-in. If it did not work, this page says why and what to do."),
    # administration
    "administration.home": N_("The way to everything an administrator looks after: people, units, teams, days and targets. Nothing of what referrals are about is shown here."),
    "administration.people": N_("Everybody who can sign in, and those who no longer can. Open a name to change roles, help with a sign-in or switch an account off. Each change stands in the log of changes."),
    "administration.person": N_("One person: who they are, and what they are in which unit. From a role follows what somebody may see, so give no more than the work needs. Who leaves is switched off and stays in the history."),
    "administration.new_person": N_("Here you add somebody who is to sign in, with a role in each unit where they work. Afterwards you help them to a first password."),
    "administration.units": N_("The schools, preschools and leisure centres. Each has a link and a QR code of its own to its form, and one team that takes up its concerns."),
    "administration.unit": N_("One unit: its name, school form, team and whom to ring. What stands here is shown to everybody who opens the unit's form. A closed form takes no new concerns; what is there goes on."),
    "administration.new_unit": N_("Here you add a school, a preschool or a leisure centre. Once it is saved it has its own link, and its people can be given roles in it."),
    "administration.forums_list": N_("The teams that meet about concerns, each with its units. Open one to say what it may decide and which professions must be there."),
    "administration.forum": N_("One team: its name, what it may decide, and who must be there for it to be complete. Dates and seats are kept by its coordinators and head teachers on the team's own page."),
    "administration.new_forum": N_("Here you add a team. Afterwards you choose on each unit's page which team takes up its concerns."),
    "administration.closed_days": N_("The days on which schools are closed, one by one or from a calendar file. Local targets do not count them, and whoever plans a meeting on one is warned."),
    "administration.targets": N_("How many days each step may take here. These are the municipality's own targets and no deadlines of the law. Each says where its number comes from."),
    "administration.practices": N_("What the municipality does beside the referrals. Without its tick a practice is offered nowhere and nothing of it begins; what is there can be read and goes on to its end. Each change is logged."),
    "administration.municipality": N_("The municipality's name, and the telephone numbers that stand on the public pages and papers. A wrong number can cost somebody the help they look for: ring each once."),
    "administration.automatic_work": N_("What should have happened by itself and was given up: papers, dates, mail. Nothing is lost, and you can have each tried again. You see numbers only, never what a referral is about."),
    "administration.changes": N_("Who changed what around the referrals: people, roles, units, teams, days and targets. Lines can be read and not changed. What is done in a referral stands in its own log."),
    "administration.date": N_("Only in a demonstration: here the date goes on, so that one sees what happens by itself later, such as reminders and follow-ups."),
    # lists of referrals
    "casework.home": N_("Everything that waits for you, the most pressing first, and below it what waits for others. Each line says what is to be done and leads there; once it is done, the line is gone. Only you see this page."),
    "casework.board": N_("Where each referral stands, stage by stage, with what is past its target. You see only those you may know of. The list shows the same under the same filters."),
    "casework.referral_list": N_("The referrals you may know of, one on each line. Choose with the filters, save a choice as a view of your own, or take the list out by reference number only; taking it out is logged."),
    "casework.search": N_("Find a referral by its number, as it stands on a paper or in a mail, or by the child's whole name. You find only what you may open anyway, and that you searched by a name is noted. Children with a protected identity are found by number only."),
    # one referral
    "casework.referral": N_("One referral in one place: where it stands, what comes next and who may do it, and what has happened. You see as much of it as your part in it needs. That you opened it stands in its log."),
    "casework.triage": N_("What the reporter wrote, and the first decision: take it up, ask for more, or end it with a reason. Coordinators and head teachers read the concern. Whoever fears for a child's safety reports that themselves, at once."),
    "casework.conflict": N_("Somebody wrote that a person at the school is too close to a concern. You decide who is kept out of it; nobody else hears of the concern before that. Say at once if it is you who are meant."),
    "casework.member": N_("Here somebody's part in a referral ends. What they have handed in stays, and what they had not finished goes to whom you choose. From then on they see nothing more of it."),
    "casework.access_log": N_("Who opened or did what in this referral, newest first. Its coordinators and head teacher read all of it, everybody else their own lines. Nobody can change a line."),
    "casework.working_notes": N_("Notes for yourself, as a help for memory while you work. No colleague sees them, or that there are any. What the team needs belongs in a part or in the minutes, and you do not read your notes any more when your part in the referral ends."),
    "casework.documents": N_("Every paper of the referral, every mail sent, and what is still being made. A paper is issued once and never changed; where something is put right, there is a new version. Coordinators and head teachers see this page."),
    "casework.taking_out": N_("A file can be taken out when it should never have come in. What was in it is destroyed. That there was one, who took it out and why stays on record."),
    # guardians
    "casework.guardians": N_("Each guardian with what they were told and what they allow. Information comes before the team meets about a child, and needs no answer; consent is a yes to sharing, and can be taken back."),
    "casework.record_guardian": N_("Here a guardian is recorded who is to be informed and heard. Ask the family about language and interpreter rather than guess: papers come in the language you choose."),
    "casework.guardian": N_("Put right what is known of a guardian. The earlier words are kept, with who changed them. Papers that are issued already stay as they were."),
    "casework.information": N_("Write down what a guardian was told, when and how, or why not yet. The team meets about the child only once each guardian who decides has been told or the reason stands here."),
    "casework.consent": N_("Write down what a guardian answered: what may be shared, with whom and until when. Nothing that is not ticked is shared. A no is recorded like a yes, and help at school does not depend on it."),
    "casework.withdrawal": N_("A guardian takes a consent back. From then on nothing more goes on it, and other services lose what they could read through it. What went before stays with whoever got it."),
    "casework.page_code": N_("With a code a guardian opens a page of their own: how far it has come, dates and invitations. The code is shown once, on a letter for this guardian alone. A new one ends the one before."),
    "casework.sharing": N_("Who may get what, until when, and on which ground. What guardians allow can go; the rest is locked. Everything that was shared stands below, and guardians see it on their own page unless it is withheld."),
    "casework.share": N_("Choose what goes to this service. Give no more than it needs for the child. It is written down with its ground, and the guardians are told as this page says."),
    "casework.disclosure": N_("One thing that was shared: what, with whom, on which ground, and what guardians know of it. It is a record and cannot be changed."),
    "casework.withholding": N_("Guardians read what is about their child. What one of them does not read now stands here, with its reason and who decided. Their own pages and papers do not show that anything is left out."),
    "casework.withholding_new": N_("Here it is decided that one guardian does not read something, because it could harm the child or somebody else. Choose as little as will do, and say why. It can be lifted at any time."),
    "casework.withheld": N_("One decision that a guardian does not read something, or something a child said in confidence. Here it is lifted, or the child's answer written down. Guardians do not see this page."),
    # protected identity
    "casework.protected_identity": N_("For a child or a guardian whose whereabouts must stay unknown. Once it is marked, only those on the list open the referral, and no name and no school stands in lists, mail or new papers. Nothing is deleted, and it can be lifted again."),
    "casework.lift_protection_form": N_("Asks once more before the protection ends. Write how you know. Once nobody in the family is protected any longer, the access list ends and everybody whose task it is sees the referral again."),
    "casework.take_off_list_form": N_("Takes one name off the list of those who may open this referral. From then on that person sees nothing more of it. The reason stays on record."),
    "casework.keep_outside_form": N_("For a referral that is too dangerous to keep here. Everything typed is destroyed and the work goes on on paper; only number, stage and dates are left. It cannot be taken back."),
    # assessment, meeting, plan
    "casework.assessment": N_("The team's picture of how things are, in parts: each colleague writes what they themselves see. The coordinator asks and puts the parts together. Each part is read only as far as the wall around it allows."),
    "casework.assessment_part": N_("One person's part: what you yourself see of the child's strengths and of what is difficult. It is saved while you write and nobody else reads it before you hand it in. Guardians normally get to read it."),
    "casework.team_review": N_("The meeting about this child: when, where and who is called or invited. Whoever is called gets a mail with a calendar entry that names nobody (whoever sits in the team one for the whole date), and so do guardians with an e-mail address unless an identity is protected. Those called answer here. Afterwards minutes are written and approved here."),
    "casework.colours": N_("Two people rate health, safety and learning by colour, each for themselves. Neither sees the other's before both are in. What the team agrees on stands on a paper only if the guardians choose so."),
    "casework.meetings": N_("The meetings to come that you are called to. Say here whether you come: whoever called you sees it. If you stand in for somebody on that day, you read the rest once that time has begun."),
    "casework.minutes": N_("What was said and decided, strengths first, and child and guardians in their own words. It is saved while you write. Once a colleague has approved them, minutes are not changed any more."),
    "casework.meeting_off": N_("A meeting that the team is called to is called off. Say why in a few words: it stands in the file and can be read by those who ask to read it. Whoever was told of it already gets a mail, and it is taken out of their calendar, unless they come to the team that day anyway."),
    "casework.invitation_answer": N_("A guardian answered by telephone. Note what they said, whom they bring and which interpreter they need. It stands beside the meeting, with your name as the one who noted it."),
    "casework.minutes_approval": N_("Read whether the minutes say what was said. A colleague who was called, or the head teacher, approves them, never who wrote them. Then they stand, the paper is issued, and the plan can be made."),
    "casework.action_plan": N_("What is to be different for the child, who does what, and when all look at it again. Those who answer for an action say here how it stands. The follow-up opens by itself on its day."),
    "casework.edit_action_plan": N_("Here the plan is written: goals one can see or count, and actions that each have a person and a day. It is saved while you write. Then somebody else approves it, and only then does it hold."),
    "casework.measurements": N_("Numbers by week that show whether the plan helps: days away from school, and what a goal is measured by. They are drawn here, with the plan and with the follow-up, for those who read the whole plan."),
    "casework.action_plan_approval": N_("Read the plan as those will who are to carry it out. Approve it, and it is in force and its papers are issued; or send it back with what is missing."),
    "casework.action_plan_version": N_("One version of the plan, exactly as it was. It can be read and not changed; the newest stands on the plan's own page."),
    "casework.planned_action": N_("One action that you answer for. Say how it stands, and what is in the way if something is: then the team can help before the follow-up."),
    "casework.follow_up": N_("What was done, did it help, and what do child and guardians think? From the answers the team goes on, changes the plan, or proposes to end. Earlier follow-ups stand below."),
    "casework.closure": N_("Here the work ends: what came of each goal, who takes over what still runs, and where the family can turn. A closed referral can be reopened when there is something new."),
    "casework.reopen": N_("A closed referral is taken up again. Say what is new: everything from before is still there, and the work begins anew with an initial assessment."),
    # statutory
    "casework.statutory": N_("What the law lays upon the school beside the team's work, each with its number and where it is kept. Coordinators and head teachers see this page. What a decision says is read where it was made."),
    "casework.special_support": N_("Whether a pupil needs special support, from report to investigation. The head teacher decides that, not the team. Whoever reported sees their own report, and the guardians are heard."),
    "casework.support_programme": N_("The programme of special support, written and decided by the head teacher. It can be decided once everything the law asks for stands in it; what is missing is named. Pupil and guardians are told how to appeal."),
    "casework.absence": N_("Who is away from a Danish folkeskole without a lawful reason, by quarter. Enter the days by hand or from a file. Each morning they are summed up, and what the law asks for then waits for you. Only the head teacher sees it; the register tells that such a paper went out, and no name."),
    "casework.absence_from_file": N_("Here you choose a table with one pupil in each line. You see what it holds before anything is recorded, and broken lines are named one by one."),
    "casework.absent_pupil": N_("One pupil's days, and what was decided about them. Put wrong days right here: the next morning's sum follows. Nothing of it stands in a referral."),
    "casework.absence_step": N_("The sum has reached a limit of the law. You decide whether the warning or the report is sent, or why not. Once sent, its paper is made and stays as it is."),
    "casework.absence_investigation": N_("Why a pupil is away from school, and what would help. The head teacher sees to it that it is investigated and reports it to the organiser of the school. Coordinators, the head teacher and whoever carries it out see this page."),
    "casework.degrading_treatment": N_("A child considers itself treated in a degrading way. Staff report it to the head teacher, who passes it on to the organiser, and it is investigated promptly. Whoever reported sees their own report."),
    "casework.educational_assessment": N_("In Danish schools: what the educational-psychological service (PPR) is asked to assess, what it came to, and what is decided. The head teacher asks and decides, after talking with pupil and parents. Coordinators, the head teacher and whoever carries it out see this page."),
    # protection
    "casework.protection_reports": N_("The protection reports you may know of: those you wrote yourself, and those that are given to you. Nobody else here sees them or that there are any."),
    "casework.new_protection_report": N_("For a child who may come to harm. You report in your own name and need nobody's leave, and you need not be sure. In danger call first; the page gives the numbers. Leave out what you do not know."),
    "casework.edit_protection_report": N_("A report that is not on paper yet, to be gone on with. Only you see it. Once the paper is made, it is not changed any more; then it is to be given to the social services at once."),
    "casework.protection_report": N_("One protection report: its paper, when it was given and to whom, and what came back. The page says what is to be done next. Nobody but its sender and those the municipality names sees it."),
    "casework.report_keeping": N_("How long a protection report stays, and its end: one person proposes it, another approves, and the archive is given its copy first."),
    # hand-over
    "casework.hand_over": N_("Hand the work over to another team, for example when a child changes school. Only what the guardians allow and you tick goes along. The other team accepts or declines; once it has accepted, nobody here opens this referral any more."),
    "casework.invitations": N_("People from outside who can answer for an action in this referral: an association, a service of the region, a consultant. They see only their own actions, only here, and only until the day you set. Coordinators invite them."),
    "casework.service_referrals": N_("What services outside, such as child and youth psychiatry, were asked on behalf of the child, and what became of it. To ask another one, choose to which kind of service. Coordinators and head teachers see this page."),
    "casework.refer_to_service_form": N_("Ask a service outside for help. Only what the guardians allow for that kind of service can go along. A paper is made, which you send yourself; afterwards it stands on the start page until the service has answered."),
    "casework.service_referral": N_("One referral to a service outside: what was sent, and each answer with day and person. Record here what the service says, that it is done, or that the team takes it back. What was sent stays sent."),
    "casework.hand_overs": N_("What another team offers yours, and what you offered yourself. An offer waits until somebody accepts or declines it."),
    "casework.hand_over_offer": N_("Another team asks whether yours goes on with a child. You see which child and what kinds of information would come, not what they say. Accept, and the work is yours; decline with a reason, and it stays where it is."),
    "casework.handed_over": N_("What came along when another team handed this child over to you: what the guardians allowed, and nothing else. It can be read here for as long as the referral is kept."),
    # keeping, reading, register
    "casework.hold": N_("A hold keeps a referral from going when its time is over, for example while a court or an authority asks for it. Say why, and lift it when the reason is gone. Coordinators and head teachers see it."),
    "casework.retention": N_("What is due to go, what is under way and what has gone, in your units. One person proposes, another approves, and in the night after it is done. What was decided, when and by whom stays."),
    "casework.delivery": N_("The archive's copy of what is to be preserved. Take it out, hand it over, and write down the archive's number. Only then does it go from here."),
    "casework.reading_requests": N_("Somebody wants to read the file. Write the request down here with its day; one person goes through everything before the answer. Coordinators and head teachers see this page."),
    "casework.requests_to_review": N_("The requests to read a file that wait for you to go through it, the oldest first. Open one and decide piece by piece."),
    "casework.reading_review": N_("The whole file, piece by piece. Decide of each whether whoever asks may read it, and give the ground where not. When all is decided, the copy to read is made and the answer can be given with how to appeal."),
    "casework.register": N_("Everything that came in and went out, by its number, with day and counterpart. It never says what a paper says or whom it is about. Taking the register out is logged."),
    "casework.log_samples": N_("Each week a few visits to your school's referrals are drawn by chance. Look whether each was somebody's work. Head teachers see this page, and nobody is under suspicion."),
    "casework.log_sample": N_("The visits of one week. Say of each whether it was somebody's work, and where you wonder, ask the person first. You can save and go on later."),
    # forums
    "forums.teams": N_("The teams you work in, each with the day it meets next. Open one for its people, dates and agenda."),
    "forums.team": N_("Who works in the team and when it meets. Coordinators and head teachers set dates and note who is away; everybody can take the dates into a calendar of their own. Dates name no child."),
    "forums.about": N_("What families and colleagues read of the team: for whom it meets, what it may decide, who must be there, and whom they can call. Coordinators and head teachers of its units keep it, each change with who made it. For whom it meets and what its meetings may decide, only a head teacher or an administrator changes."),
    "forums.seat": N_("When one person in the team is away, and who stands in. A stand-in of the same profession sees in that time what the seat sees, and nothing before or after."),
    "forums.agenda": N_("What the team talks about on this date, with minutes for each. What a referral still lacks is shown before the day. You see only the referrals you may know of, also on the paper to take along."),
    "forums.year": N_("When the team meets in one school year, with the closed days. Take it out as a paper for the wall: it names no child."),
    "forums.own_year": N_("When all the teams meet in which you work, in one school year. Dates that clash can be seen early. It names no child and can be printed."),
    "forums.public_team": N_("Who sits in the team, what happens at a meeting, what guardians decide, and whom to ring. Everybody may read it; nothing about any child stands here."),
    "forums.consultations": N_("Questions to a team about a worry, without saying who it is about. You see what you asked yourself, and what the teams you work in were asked."),
    "forums.new_consultation": N_("Ask the team for advice. Leave out everything by which somebody could be known; the text is checked before it is kept. If it needs more than advice, send in a concern instead, with the guardians told."),
    "forums.consultation": N_("One question and the team's advice. Neither names anybody. Advice is given once; whoever asked decides what to do with it."),
    "forums.upward_questions": N_("Questions that teams send to a team above: for several schools, or the whole municipality. You see what teams you keep have asked, and what teams you sit in were asked. No child is named."),
    "forums.new_upward_question": N_("Ask a team above what one school cannot settle alone. Leave out everything by which somebody could be known; the text is checked before it is kept. The answer comes back to you, and to the referral if you began there."),
    "forums.upward_question": N_("One question to a team above, and its answer. The team that is asked sees which level asks, and which team only if that was said. The way back to a referral is for the side that asked alone."),
    # rounds
    "rounds.rounds": N_("Some days each term on which teams bring their learning questions to a consultant. You see the rounds you lead, take part in or are invited to. No child is named."),
    "rounds.new_round": N_("Here management opens a round: its days, and by when teams enrol. Afterwards you invite consultants and give them slots."),
    "rounds.consultation_round": N_("One round: its days, its slots and the teams that take part. When it is over everybody evaluates it, and the report for the joint meeting is issued from here."),
    "rounds.consultants": N_("Invite a consultant and give them slots and a last day. They read the questions of their own slots and what the same teams brought to earlier rounds, and nothing after that day."),
    "rounds.consultant": N_("Which slots a consultant has, and their last day. A slot that is taken away is free again for somebody else."),
    "rounds.team": N_("What a team brings to a round: its learning questions, and afterwards what it learnt and does next. The team and management read it all, the consultant of its slot only the questions. Name no child."),
    "rounds.question": N_("One learning question: what the team wants to understand, what it has tried, and what it wants to talk about. It can be rewritten until the questions are due; afterwards write here how you go on and what came of it. Name no child."),
    "rounds.summary": N_("The head teacher's words on how the school goes on after the round. They stand in the report that management and the teams' coordinators and head teachers read. Name nobody."),
    "rounds.evaluation": N_("Say what the round gave you. Your answer is kept without your name, and shown only together with others where at least five have answered."),
    # lessons
    "learning.catalogue": N_("What teams in the municipality have learnt and others can use. Narrow it by theme, age and words, and open a lesson to read it. Staff read it; no child, no team and no referral is named."),
    "learning.lessons": N_("The lessons you wrote, and those your team has sent to be checked. Open one to go on with it or to check it. A draft is seen by its writer alone."),
    "learning.new_lesson": N_("Tell what you tried, what came of it and what others can take with them. The text is checked for what tells who it is about before it is kept. What you learnt it from is kept nowhere."),
    "learning.lesson": N_("One lesson. It stands in the catalogue once somebody of the team beside its writer stands behind the same words. Does it tell who it is about all the same? The team and management take it out at once."),
    "learning.seminars": N_("The seminars at which teams talk about lessons, the latest first. Open one for its agenda. Everybody who reads the lessons sees them."),
    "learning.new_seminar": N_("Plan a seminar: when and where, a few lessons, and questions to talk about. Afterwards its agenda can be printed. Name nobody."),
    "learning.seminar": N_("One seminar with its lessons and its agenda to print. Whoever planned it and management can change it or call it off. A lesson that leaves the catalogue leaves the agenda too."),
    # development work
    "development.cases": N_("What is worked on with a group, a school or an area over terms. Narrow it by theme, and open one to read it. Management and the teams it is about read it, elected members only how far its actions have come; no child and no referral is named."),
    "development.new_case": N_("Begin work about a group, a school or an area: where, with which themes, what is seen and what it is to lead to. The texts are checked for what tells who it is about before they are kept. No child's referral can stand here."),
    "development.case": N_("One piece of work over its terms: what each is for, its milestones, its report and its history. Coordinators, head teachers and management write in it until it is closed; the teams it is about read it. While schools are closed, nothing becomes late."),
    "development.analysis": N_("What is seen, what it rests on, why it is so and what you want to reach. Counts are by group, and none under five is kept. The teams it is about and management read it, and it can be printed. Name nobody."),
    "development.actions": N_("What schools, administration and politics put first, want to reach and do. The teams read what their schools plan, elected members what politics plans, and both of the other levels only how far they have come; management reads everything. Functions stand here, never names."),
    "development.closing_report": N_("The closing report has four headings: lessons learnt, good examples, reflections and future plans. Save it as often as you like; the work is closed once all four are filled in, and changes no more. Name nobody."),
    # patterns and words
    "patterns.lead_times": N_("How many days families waited, term by term, in numbers large enough that nobody can be known by them. Management and elected members see this page, and no single referral."),
    "patterns.patterns": N_("Term by term and area by area: how many concerns came in and were taken up, how long families waited, what it was about, how it ended and what families say. Numbers that could tell of a child are left out. Management and elected members see this page, and no single referral."),
    "patterns.exports": N_("Exports for research: whoever researches asks, the management decides, and what is given out leads to nobody. Whoever asked sees their own here, the management all."),
    "patterns.new_export": N_("Ask for an export: what for, of which terms and until when. The management reads it and decides. Nothing is given out before that, and nothing after its end."),
    "patterns.export": N_("One export: what it is for, until when, and what was decided. Somebody of the management decides, never whoever asked. Each time it is fetched stands in its log; each row has a pseudonym of this export alone."),
    "words.all_words": N_("What the words mean that everybody shares who meets around a child. The same explanations stand beside the fields that use them."),
    # intake
    "intake.start": N_("Begin here when you are concerned about a child, or when it is about you. Choose who you are and answer a few short pages. Nothing is sent before you have read it once more and said so."),
    "intake.unit_start": N_("Begin here when you are concerned about a child, or when it is about you. Choose who you are and answer a few short pages. Nothing is sent before you have read it once more and said so."),
    "intake.show_page": N_("One question after the other. Answer what you know and leave the rest: that is no mistake. It is saved while you write, nobody reads it before you send it, and you can stop and go on later with a code."),
    "intake.check": N_("Everything you answered, each with a way to change it. Nothing has been sent yet. When you send it, you get a number, a code and a receipt, and see who reads it and by when."),
    "intake.paused": N_("What you wrote is saved. Keep the code: with it you go on, on this or another computer. Nobody reads the draft, and it is deleted by itself if it is not sent."),
    "intake.resume": N_("With the code of your draft you go on where you stopped. Without it nobody can open the draft, we neither: then begin anew, and it takes only a few minutes."),
    "intake.sent": N_("It has reached the team. Keep the number and the code: together they let you see how far it has come and add something. The page says who reads it and by which day."),
    "intake.come_back": N_("With number and return code from your receipt you see how far it has come, answer a question, add something or take it back. What you wrote earlier is not shown, so that nobody else can read it."),
    "intake.report": N_("How far it has come, and what you can do: answer the team's question, add something, or take it back. What is said in the team stays with the team and the family."),
}  # fmt: skip


def help_here() -> str:
    """The words about the page being shown, also while it is the answer to a form; empty where there are none."""
    return HELP.get(_page_shown(), "")


def _page_shown() -> str:
    """The name of the page: of the one a refused form stands on, where it is shown again."""
    name = auditing.page_name()
    if name in HELP or request.method == "GET":
        return name
    try:
        return str(current_app.url_map.bind("").match(request.path)[0])
    except HTTPException:
        return ""
