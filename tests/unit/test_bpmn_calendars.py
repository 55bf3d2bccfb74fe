"""The choice of a calendar in the diagram, `sop.kalender`, and the rules about it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.findings import DiagramRefused, Severity
from engine.bpmn.lint import check, lint
from engine.bpmn.reader import read
from engine.bpmn.sop import Process, read_process
from tests.unit.bpmn_diagrams import FIELD, START, VALID, changed, flow, line_of, swap
from tests.unit.small_diagrams import small, sop, timer

CALENDARS = ("kantor", "enam-hari", "24jam")
PROCESS = '<camunda:property name="sop.nomor"'
STEP = '<camunda:property name="sop.kelengkapan"'
TIMER = '<bpmn:boundaryEvent id="write_timer" attachedToRef="write" cancelActivity="false">'
DECISION = '<bpmn:exclusiveGateway id="decision" default="yes"/>'
END = '<bpmn:endEvent id="sent"/>'
DEFINITION = '<bpmn:timerEventDefinition id="write_time">'
LANE = '<bpmn:lane id="lane_staff" name="Staf">'
POOL = '<bpmn:participant id="office" name="Kantor" processRef="letters"/>'
NO_TIME_STANDARD = (TIMER, TIMER.replace(' cancelActivity="false"', ""))


def entry(calendar: str) -> str:
    return f'<camunda:property name="sop.kalender" value="{calendar}"/>'


def among(properties: str, calendar: str) -> tuple[str, str]:
    """Return the change that puts a calendar before one of the properties that are there."""
    return properties, entry(calendar) + properties


def inside(tag: str, calendar: str) -> tuple[str, str]:
    """Return the change that puts a calendar into an element that has no properties."""
    name = tag[1:].partition(" ")[0]
    start, end = (f"{tag[:-2]}>", f"</{name}>") if tag.endswith("/>") else (tag, "")
    properties = f"<camunda:properties>{entry(calendar)}</camunda:properties>"
    return tag, f"{start}<bpmn:extensionElements>{properties}</bpmn:extensionElements>{end}"


def one_more_timer(event_id: str, calendar: str, attributes: str = "") -> tuple[str, str]:
    """Return the change that draws another timer at `sign`, counted by a calendar."""
    tag = f'<bpmn:boundaryEvent id="{event_id}" attachedToRef="sign" {attributes}>'
    _, start = inside(tag, calendar)
    return END, (
        f"{END}{start}<bpmn:timerEventDefinition><bpmn:timeDuration>P1W</bpmn:timeDuration>"
        f"</bpmn:timerEventDefinition></bpmn:boundaryEvent>{flow('more', event_id, 'late')}"
    )


def field_with(calendar: str) -> tuple[str, str]:
    return FIELD, FIELD.replace(
        "/>",
        f"><camunda:properties>{entry(calendar)}</camunda:properties></camunda:formField>",
    )


ERRORS = [
    swap("unknown-calendar", "letters", among(PROCESS, "rumah")),
    swap("unknown-calendar", "write", among(STEP, "Kantor")),
    swap("unknown-calendar", "write_timer", inside(TIMER, "kantor-lama")),
    swap("unknown-calendar", "stop", one_more_timer("stop", "x" * 300)),
    swap("calendars-differ", "write", among(STEP, "kantor"), inside(TIMER, "24jam")),
    swap("calendars-differ", "letters", (PROCESS, entry("kantor") + entry("24jam") + PROCESS)),
    swap("calendars-differ", "write", (STEP, entry("kantor") + entry("24jam") + STEP)),
]
WARNINGS = [
    swap("calendar-without-effect", "decision", inside(DECISION, "kantor")),
    swap("calendar-without-effect", "start", inside(START, "kantor")),
    swap("calendar-without-effect", "sent", inside(END, "kantor")),
    swap("calendar-without-effect", "lane_staff", inside(LANE, "kantor")),
    swap("calendar-without-effect", "office", inside(POOL, "kantor")),
    swap("calendar-without-effect", "write_time", inside(DEFINITION, "kantor")),
    swap("calendar-without-effect", "sign", field_with("kantor")),
]
WARNINGS_BESIDE_OTHERS = [
    swap(
        "calendar-without-effect",
        "write",
        ("sop.", ""),
        (STEP.replace("sop.", ""), entry("kantor") + STEP.replace("sop.", "")),
        NO_TIME_STANDARD,
    ),
]
HINTS = [
    swap("calendar-without-name", "letters", among(PROCESS, " ")),
    swap("calendar-without-name", "write", among(STEP, "")),
    swap("calendar-without-name", "decision", inside(DECISION, "")),
]
SIGN_TIMER = inside(TIMER.replace("write", "sign"), "kantor")


def process_of(*changes: tuple[str, str]) -> Process:
    return read_process(read(changed(*changes)))


def calendars_of_steps(*changes: tuple[str, str]) -> list[str | None]:
    return [step.calendar for step in process_of(*changes).steps]


def codes(source: bytes) -> list[str]:
    return [one.code for one in lint(read(source), calendars=CALENDARS)]


def test_a_diagram_that_names_no_calendar_leaves_it_to_the_office() -> None:
    process = process_of()
    assert process.calendar is None
    assert [step.calendar for step in process.steps] == [None, None]
    assert process.timer_calendars == {}


def test_the_calendar_of_the_process_counts_for_all_its_steps() -> None:
    assert process_of(among(PROCESS, " enam-hari ")).calendar == "enam-hari"
    assert calendars_of_steps(among(PROCESS, "enam-hari")) == ["enam-hari", "enam-hari"]


def test_a_step_may_name_another_calendar_than_its_process() -> None:
    both = among(PROCESS, "enam-hari"), among(STEP, "24jam")
    assert calendars_of_steps(*both) == ["24jam", "enam-hari"]
    assert process_of(*both).calendar == "enam-hari"


def test_the_calendar_on_the_timer_of_a_time_standard_is_that_of_its_step() -> None:
    both = among(PROCESS, "enam-hari"), inside(TIMER, "24jam")
    assert calendars_of_steps(*both) == ["24jam", "enam-hari"]
    assert process_of(*both).timer_calendars == {}
    assert codes(changed(*both)) == []


def test_an_empty_choice_is_no_choice() -> None:
    choices = among(PROCESS, "enam-hari"), among(STEP, " "), inside(TIMER, "")
    assert calendars_of_steps(*choices) == ["enam-hari", "enam-hari"]
    assert process_of(among(PROCESS, "")).calendar is None


def test_any_other_timer_runs_in_a_calendar_only_if_it_names_one_itself() -> None:
    process = process_of(one_more_timer("stop", "kantor"))
    assert process.timer_calendars == {"stop": "kantor"}
    assert [step.calendar for step in process.steps] == [None, None]
    of_process = process_of(among(PROCESS, "enam-hari"), one_more_timer("stop", ""))
    assert of_process.timer_calendars == {}


def test_of_two_timers_that_do_not_interrupt_the_first_is_the_time_standard() -> None:
    process = process_of(one_more_timer("early", "24jam", 'cancelActivity="false"'), SIGN_TIMER)
    sign = process.steps[1]
    assert (sign.timer_id, sign.calendar) == ("early", "24jam")
    assert process.timer_calendars == {"sign_timer": "kantor"}


@pytest.mark.parametrize("change", [one_more_timer("stop", "kantor"), among(STEP, "kantor")])
def test_a_calendar_that_counts_a_time_is_not_found_fault_with(change: tuple[str, str]) -> None:
    assert codes(changed(change)) == []


def test_a_step_and_its_timer_may_name_the_same_calendar() -> None:
    assert codes(changed(among(STEP, "24jam"), inside(TIMER, " 24jam"))) == []


def test_the_calendar_is_no_part_of_the_identity_block() -> None:
    assert process_of(among(PROCESS, "enam-hari")).identity == process_of().identity


def test_a_foreign_diagram_that_only_names_calendars_is_no_sop() -> None:
    named = re.sub(r'<camunda:property name="sop\.(nomor|kelengkapan)".*', entry("kantor"), VALID)
    diagram = read(re.sub(r'name="sop\.(?!kalender)', 'name="', named).encode())
    process = read_process(diagram)
    assert (process.calendar, process.steps[0].calendar) == ("kantor", "kantor")
    assert not process.is_sop
    assert process.identity == {}
    assert {one.severity for one in check(diagram, calendars=CALENDARS)} == {Severity.HINT}


def test_an_unknown_calendar_is_refused_with_its_line_and_the_names_there_are() -> None:
    source = changed(among(STEP, "rumah\n"))
    with pytest.raises(DiagramRefused) as refused:
        check(read(source), calendars=CALENDARS)
    (finding,) = refused.value.findings
    assert (finding.element_id, finding.line) == ("write", line_of(source, '"rumah') + 1)
    assert finding.message.id == 'Kalender "rumah" tidak ada; yang ada: 24jam, enam-hari, kantor.'
    assert finding.message.en == (
        'There is no calendar "rumah"; there are: 24jam, enam-hari, kantor.'
    )


def test_all_calendars_are_listed_however_many_there_are() -> None:
    many = [f"kalender-dinas-nomor-{number:02}" for number in range(20)]
    (finding,) = lint(read(changed(among(PROCESS, "rumah"))), calendars=many)
    assert ", ".join(many) in finding.message.id
    assert ", ".join(many) in finding.message.en


def test_a_calendar_is_not_looked_up_while_the_names_are_not_known() -> None:
    assert check(read(changed(among(PROCESS, "rumah")))) == ()


def test_a_calendar_without_effect_is_not_looked_up() -> None:
    (finding,) = lint(read(changed(inside(DECISION, "rumah"))), calendars=CALENDARS)
    assert (finding.code, finding.severity) == ("calendar-without-effect", Severity.WARNING)


def test_both_calendars_are_named_when_step_and_timer_differ() -> None:
    (finding,) = lint(read(changed(among(STEP, "kantor"), inside(TIMER, "24jam"))))
    assert finding.message.id == "Di sini disebut lebih dari satu kalender: kantor, 24jam."
    assert finding.message.en == "More than one calendar is named here: kantor, 24jam."


choices = st.sampled_from([None, "", *CALENDARS])


@settings(derandomize=True, deadline=None)
@given(choices, choices, choices)
def test_the_nearest_choice_counts_wherever_the_others_stand(
    process: str | None, step: str | None, timer: str | None
) -> None:
    places = (among(STEP, step or ""), inside(TIMER, timer or ""), among(PROCESS, process or ""))
    named = (step, timer, process)
    changes = [place for place, name in zip(places, named, strict=True) if name is not None]
    diagram = read(changed(*changes))
    assert read_process(diagram).steps[0].calendar == next(filter(None, named), None)
    differ = bool(step and timer and step != timer)
    assert [one.code for one in lint(diagram) if one.severity is Severity.ERROR] == (
        ["calendars-differ"] * differ
    )


def waiting(event_id: str, calendar: str) -> str:
    """Return an intermediate timer event that names a calendar."""
    return (
        f'<intermediateCatchEvent id="{event_id}">{sop(kalender=calendar)}<timerEventDefinition>'
        "<timeDuration>P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>"
    )


EVERYWHERE = (
    f'{waiting("caught", "kantor")}<subProcess id="s">{waiting("deep", "24jam")}</subProcess>'
    f'<subProcess triggeredByEvent="true"><startEvent id="begun">{sop(kalender="kantor")}'
    "<timerEventDefinition><timeDate>2026-07-01</timeDate></timerEventDefinition></startEvent>"
    f"</subProcess>{timer('reminds', 's', 'P2D', sop(kalender='kantor'))}"
    '<callActivity calledElement="q"/>'
)
CALLED = f'<process id="q">{waiting("called", "kantor")}</process>'


def test_every_timer_that_names_a_calendar_runs_in_it_wherever_it_is() -> None:
    diagram = small(EVERYWHERE, beside=CALLED)
    assert read_process(diagram).timer_calendars == {
        "caught": "kantor",
        "reminds": "kantor",
        "deep": "24jam",
        "begun": "kantor",
        "called": "kantor",
    }
    findings = lint(diagram, calendars={"kantor", "24jam"})
    assert not [one for one in findings if "calendar" in one.code]


def test_an_unknown_calendar_is_found_wherever_its_timer_is() -> None:
    findings = lint(small(EVERYWHERE, beside=CALLED), calendars={"kantor"})
    assert [one.element_id for one in findings if one.code == "unknown-calendar"] == ["deep"]


def test_a_calendar_on_an_event_that_is_no_timer_has_no_effect() -> None:
    start = f'<startEvent id="s">{sop(kalender="kantor")}<messageEventDefinition/></startEvent>'
    assert "calendar-without-effect" in [one.code for one in lint(small(start))]


def test_a_computed_timer_on_a_step_runs_in_the_calendar_that_it_names() -> None:
    steps = f'<task id="a"/>{timer("t", "a", "${slow}", sop(kalender="kantor"))}'
    process = read_process(small(steps))
    assert process.timer_calendars == {"t": "kantor"}
    assert process.steps[0].calendar is None


@pytest.mark.parametrize(
    ("outer", "inner", "calendar"),
    [
        ("kantor", "", "kantor"),
        ("kantor", "24jam", "24jam"),
        ("", "24jam", "24jam"),
        ("", "", None),
    ],
)
def test_a_step_of_a_called_process_is_counted_by_its_process_else_by_the_caller(
    outer: str, inner: str, calendar: str | None
) -> None:
    step = f'<task id="a"/>{timer("t", "a", "P1D")}'
    diagram = small(
        f'{sop(kalender=outer)}<callActivity calledElement="q"/>',
        beside=f'<process id="q">{sop(kalender=inner)}<subProcess>{step}</subProcess></process>',
    )
    assert read_process(diagram).steps[0].calendar == calendar
    assert "calendar-without-effect" not in [one.code for one in lint(diagram)]
