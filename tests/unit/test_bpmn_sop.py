"""What is read from a diagram: identity block, actors, steps in the order of the SOP's table."""

from collections.abc import Callable
from pathlib import Path

import orjson

from engine.bpmn.normalize import normalize
from engine.bpmn.program import Kind
from engine.bpmn.reader import Diagram, read
from engine.bpmn.sop import (
    FieldType,
    FormField,
    Lane,
    Process,
    Step,
    all_form_fields,
    read_process,
)
from tests.growth import growth
from tests.unit.bpmn_diagrams import FIELD, LATE, SIGN, VALID, changed, flow
from tests.unit.small_diagrams import arrows, form, lane, small, sop, source, timer

BEGIN = 'sourceRef="start" targetRef="write"'


def process_of(*changes: tuple[str, str]) -> Process:
    return read_process(read(changed(*changes)))


def step_of(element_id: str, *changes: tuple[str, str]) -> Step:
    return next(one for one in process_of(*changes).steps if one.element_id == element_id)


def field_of(xml: str) -> FormField:
    (field,) = step_of("sign", (FIELD, xml)).fields
    return field


def test_the_process_has_its_key_name_and_identity_block() -> None:
    process = process_of()
    assert (process.key, process.name) == ("letters", "Surat keluar")
    assert process.identity == {"nomor": "001/SOP", "judul": "Surat keluar"}
    assert process.is_sop


def test_a_process_without_a_name_is_called_by_its_key() -> None:
    assert process_of((' name="Surat  keluar"', "")).name == "letters"


def test_lanes_are_the_actors_by_their_name_in_one_line() -> None:
    assert process_of().lanes == (
        Lane(element_id="lane_staff", name="Staf", candidate_group="Staf"),
        Lane(element_id="lane_head", name="Kepala Badan", candidate_group="Kepala Badan"),
    )


def test_steps_stand_in_the_order_of_the_flow_not_of_the_file() -> None:
    first, second = process_of().steps
    assert first == Step(
        element_id="write",
        number=1,
        name="Menulis surat",
        lane="Staf",
        lane_id="lane_staff",
        candidate_group="Staf",
        time_standard="PT2H",
        timer_id="write_timer",
        required_documents="Disposisi",
        output="Konsep surat",
        note="Lihat SOP 002",
        documentation="Pakai kop surat.",
    )
    assert (second.number, second.name) == (2, "Menandatangani surat")


def test_the_default_flow_of_a_gateway_comes_first_though_the_file_has_it_last() -> None:
    steps = '<bpmn:task id="correct"/><bpmn:task id="archive"/>'
    process = process_of(
        ('"decision" targetRef="write"', '"decision" targetRef="correct"'),
        ('targetRef="sent"', 'targetRef="archive"'),
        (LATE, LATE + steps + flow("f1", "archive", "sent") + flow("f2", "correct", "sign")),
    )
    assert [step.element_id for step in process.steps] == ["write", "sign", "archive", "correct"]


def test_parallel_steps_stand_in_the_order_of_their_flows() -> None:
    fork = '<bpmn:parallelGateway id="fork"/><bpmn:task id="a"/><bpmn:task id="b"/>'
    branches = flow("f1", "fork", "b") + flow("f2", "fork", "a")
    process = process_of((BEGIN, BEGIN.replace("write", "fork")), (LATE, LATE + fork + branches))
    assert [step.element_id for step in process.steps][:2] == ["b", "a"]
    assert [step.element_id for step in process.first_steps] == ["b", "a"]


def test_the_first_step_is_the_one_that_waits_first_even_after_a_gateway() -> None:
    assert [step.element_id for step in process_of().first_steps] == ["write"]
    through = process_of((BEGIN, 'sourceRef="start" targetRef="decision"'))
    assert [step.element_id for step in through.first_steps] == ["write"]


def test_a_step_after_a_timer_follows_the_steps_of_the_main_flow() -> None:
    process = process_of(
        ('sourceRef="write_timer" targetRef="late"', 'sourceRef="write_timer" targetRef="remind"'),
        (LATE, f'{LATE}<bpmn:task id="remind"/>{flow("f", "remind", "late")}'),
    )
    assert [step.element_id for step in process.steps] == ["write", "sign", "remind"]


def test_steps_that_are_never_reached_stand_last() -> None:
    process = process_of((LATE, f'{LATE}<bpmn:task id="island"/>'))
    assert [step.element_id for step in process.steps] == ["write", "sign", "island"]
    assert process.steps[2].name == "island"


def test_a_step_may_name_its_actor_itself() -> None:
    step = step_of("sign", (SIGN, f'{SIGN} camunda:candidateGroups=" Plt.  Kepala , Wakil"'))
    assert (step.lane, step.candidate_group) == ("Kepala Badan", "Plt. Kepala")


def test_a_lane_may_name_its_candidate_group() -> None:
    lane = ('id="lane_head"', 'id="lane_head" camunda:candidateGroups="kepala"')
    assert process_of(lane).lanes[1].candidate_group == "kepala"
    assert step_of("sign", lane).candidate_group == "kepala"


def test_a_lane_takes_the_group_its_steps_agree_on_and_gives_it_to_the_others() -> None:
    process = process_of(
        (SIGN, f'{SIGN} camunda:candidateGroups="kepala"'),
        ("<bpmn:flowNodeRef>write</bpmn:flowNodeRef>", ""),
        (">sign<", ">sign</bpmn:flowNodeRef><bpmn:flowNodeRef>write<"),
    )
    assert process.lanes[1].candidate_group == "kepala"
    assert [step.candidate_group for step in process.steps] == ["kepala", "kepala"]


def test_a_lane_whose_steps_disagree_goes_by_its_name() -> None:
    process = process_of(
        (SIGN, f'{SIGN} camunda:candidateGroups="kepala"'),
        ('id="write" name', 'id="write" camunda:candidateGroups="wakil" name'),
        ("<bpmn:flowNodeRef>write</bpmn:flowNodeRef>", ""),
        (">sign<", ">sign</bpmn:flowNodeRef><bpmn:flowNodeRef>write<"),
    )
    assert process.lanes[1].candidate_group == "Kepala Badan"
    assert [step.candidate_group for step in process.steps] == ["wakil", "kepala"]


def test_a_step_in_no_lane_has_no_actor() -> None:
    step = step_of("sign", ("<bpmn:flowNodeRef>sign</bpmn:flowNodeRef>", ""))
    assert (step.lane, step.candidate_group) == (None, None)


def test_an_interrupting_timer_is_no_time_standard() -> None:
    step = step_of(
        "write", ('attachedToRef="write" cancelActivity="false"', 'attachedToRef="write"')
    )
    assert (step.time_standard, step.timer_id) == (None, None)


def test_a_process_without_sop_fields_is_no_sop() -> None:
    assert not process_of(("sop.", "")).is_sop


def test_a_form_field_is_read_with_its_type_and_default() -> None:
    assert step_of("sign").fields == (
        FormField(id="approved", label="Disetujui?", type=FieldType.BOOLEAN, default="true"),
    )


def test_a_form_field_without_a_label_is_called_by_its_id() -> None:
    assert field_of('<camunda:formField id="amount" type="long"/>').label == "amount"


def test_constraints_and_options_are_read() -> None:
    field = field_of(
        '<camunda:formField id="kind" type="enum" defaultValue="">'
        '<camunda:value id="a" name="Surat  biasa"/><camunda:value id="b"/><camunda:validation>'
        '<camunda:constraint name="required" config="true"/>'
        '<camunda:constraint name="min" config="-1"/><camunda:constraint name="max" config="9"/>'
        '<camunda:constraint name="minlength" config="2"/>'
        '<camunda:constraint name="maxlength" config="many"/>'
        "</camunda:validation></camunda:formField>"
    )
    assert field == FormField(
        id="kind",
        label="kind",
        type=FieldType.ENUM,
        required=True,
        default=None,
        options=(("a", "Surat biasa"), ("b", "b")),
        min=-1,
        max=9,
        minlength=2,
        maxlength=None,
    )


def test_required_can_be_switched_off() -> None:
    field = field_of(
        '<camunda:formField id="x" type="string"><camunda:validation>'
        '<camunda:constraint name="required" config="false"/>'
        "</camunda:validation></camunda:formField>"
    )
    assert not field.required


def test_a_process_is_made_of_json_values() -> None:
    assert orjson.loads(orjson.dumps(process_of()))["steps"][0]["time_standard"] == "PT2H"


def test_an_unlinted_diagram_is_read_as_far_as_possible() -> None:
    source = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process/></definitions>'
    )
    assert read_process(read(source.encode())) == Process(key="", name="")


def test_the_actors_of_the_reference_sop_are_the_same_on_lanes_and_steps() -> None:
    reference = Path(__file__).parents[2] / "processes" / "evaluasi-internal-capaian-kinerja.bpmn"
    process = read_process(read(reference.read_bytes()))
    actor_of = {lane.name: lane.candidate_group for lane in process.lanes}
    assert len(actor_of) == 4
    assert all(step.candidate_group == actor_of[step.lane or ""] for step in process.steps)


def test_the_diagram_the_tests_spoil_has_two_steps() -> None:
    assert len(read_process(read(VALID.encode())).steps) == 2


def names(diagram: Diagram, *, rehearsal: bool = False) -> list[str]:
    return [step.element_id for step in read_process(diagram, rehearsal=rehearsal).steps]


def first(diagram: Diagram, *, rehearsal: bool = False) -> list[str]:
    return [step.element_id for step in read_process(diagram, rehearsal=rehearsal).first_steps]


def test_the_steps_of_a_sub_process_stand_where_the_sub_process_stands() -> None:
    diagram = small(
        '<startEvent id="s"/><task id="d"/><task id="a"/><subProcess id="sub"><task id="c"/>'
        f'<task id="b"/>{arrows("b", "c")}</subProcess>{arrows("s", "a", "sub", "d")}'
    )
    assert names(diagram) == ["a", "b", "c", "d"]
    assert [step.number for step in read_process(diagram).steps] == [1, 2, 3, 4]


def test_event_sub_processes_and_handlers_stand_after_the_flow_of_their_scope() -> None:
    diagram = small(
        '<subProcess id="late" triggeredByEvent="true"><startEvent id="t"/><task id="c"/>'
        f'{arrows("t", "c")}</subProcess><task id="undo" isForCompensation="true"/>'
        f'<task id="a"/><task id="b"/>{arrows("a", "b")}'
    )
    assert names(diagram) == ["a", "b", "c", "undo"]


def test_called_processes_and_global_tasks_stand_where_they_are_called_first() -> None:
    diagram = small(
        '<callActivity id="one" calledElement="q"/><task id="b"/>'
        '<callActivity id="two" calledElement="g"/><callActivity id="three" calledElement="q"/>'
        f"{arrows('one', 'b', 'two', 'three')}",
        beside='<globalUserTask id="g" name="Menyetujui"/><process id="q"><task id="a"/></process>',
    )
    assert names(diagram) == ["a", "b", "g"]
    assert read_process(diagram).steps[2].name == "Menyetujui"


def test_the_steps_of_an_ad_hoc_sub_process_stand_in_the_order_of_the_file() -> None:
    diagram = small('<adHocSubProcess id="s"><task id="b"/><task id="a"/></adHocSubProcess>')
    assert names(diagram) == ["b", "a"]
    assert first(diagram) == ["b", "a"]


def test_a_process_that_calls_itself_is_listed_once() -> None:
    diagram = small('<task id="a"/><callActivity id="c" calledElement="p"/>' + arrows("a", "c"))
    assert names(diagram) == ["a"]


def test_a_deep_chain_of_calls_is_read_without_recursion() -> None:
    links = "".join(
        f'<process id="q{n}"><callActivity calledElement="q{n + 1}"/></process>'
        for n in range(3_000)
    )
    last = '<process id="q3000"><task id="a"/></process>'
    diagram = small('<callActivity calledElement="q0"/>', beside=links + last)
    assert names(diagram) == first(diagram) == ["a"]


def test_the_first_steps_may_lie_in_a_sub_process() -> None:
    diagram = small(
        '<startEvent id="s"/><subProcess id="sub"><task id="a"/></subProcess><task id="b"/>'
        f"{arrows('s', 'sub', 'b')}"
    )
    assert first(diagram) == ["a"]


def test_the_first_steps_lie_behind_what_can_be_passed_without_a_step() -> None:
    inner = f'<exclusiveGateway id="x"/><task id="a"/><endEvent id="e"/>{arrows("x", "a")}'
    diagram = small(
        f'<subProcess id="one"/><subProcess id="two">{inner}{arrows("x", "e")}</subProcess>'
        '<callActivity id="three" calledElement="q"/><callActivity id="four" calledElement="g"/>'
        f'<task id="b"/><task id="c"/>{arrows("one", "two", "three", "four", "b", "c")}',
        beside='<process id="q"><task id="d"/><scriptTask id="x2"/></process>'
        '<globalScriptTask id="g"/>',
    )
    assert first(diagram) == ["a", "d", "b"]


def test_a_global_task_can_be_the_first_step() -> None:
    calls = '<callActivity id="c" calledElement="g"/><task id="a"/>' + arrows("c", "a")
    assert first(small(calls, beside='<globalManualTask id="g"/>')) == ["g"]


SERVICES = (
    '<serviceTask id="a"/><sendTask id="b"/><businessRuleTask id="c"/>'
    '<serviceTask id="x1" camunda:expression="${1}"/><sendTask id="x2" messageRef="m"/>'
    '<receiveTask id="x3"/><scriptTask id="x4"/><task id="d"/>'
)


def test_in_a_rehearsal_tasks_without_their_service_are_steps_of_the_starter() -> None:
    diagram = small(f"<laneSet>{lane('staff', 'a', 'd')}</laneSet>{SERVICES}")
    assert names(diagram) == ["d"]
    steps = read_process(diagram, rehearsal=True).steps
    assert [(one.element_id, one.for_starter) for one in steps] == [
        ("a", True),
        ("b", True),
        ("c", True),
        ("d", False),
    ]
    assert [(one.lane, one.candidate_group) for one in steps if one.lane] == [
        ("Staff", None),
        ("Staff", "Staff"),
    ]
    assert first(diagram, rehearsal=True) == ["a", "b", "c", "d"]


def test_every_task_that_the_engine_opens_has_a_step() -> None:
    deeper = SERVICES.replace(' id="', ' id="in_')
    diagram = small(
        f"{SERVICES}<subProcess>{deeper}</subProcess>"
        '<callActivity calledElement="q"/><callActivity calledElement="g"/>',
        beside='<process id="q"><task id="called"/></process><globalTask id="g"/>',
    )
    refused = {f"{scope}{name}" for scope in ("", "in_") for name in "abc"}
    for rehearsal in (False, True):
        program = normalize(diagram, rehearsal=rehearsal)
        steps = {one.element_id: one for one in read_process(diagram, rehearsal=rehearsal).steps}
        work = {
            one.id: one.for_starter
            for one in program.nodes.values()
            if one.kind is Kind.WORK and (rehearsal or one.id not in refused)
        }
        assert work == {name: step.for_starter for name, step in steps.items()}


def test_the_form_of_the_start_event_is_filled_in_at_the_start() -> None:
    diagram = small(
        f'<startEvent id="t">{form("x")}<messageEventDefinition/></startEvent>'
        f'<startEvent id="s">{form("name", "reason")}</startEvent>'
        f'<task id="a">{form("result")}</task><subProcess><startEvent>{form("y")}</startEvent>'
        f'<task id="b">{form("more")}</task></subProcess>'
    )
    assert [field.id for field in read_process(diagram).start_fields] == ["name", "reason"]
    provided = [one.get("id") for one in all_form_fields(diagram)]
    assert provided == ["name", "reason", "result", "more"]


def test_a_process_without_a_start_event_has_no_start_form() -> None:
    assert read_process(small(f'<task id="a">{form("x")}</task>')).start_fields == ()


def test_a_duration_that_an_expression_computes_is_no_time_standard() -> None:
    (step,) = read_process(small(f'<task id="a"/>{timer("t", "a", "${slow}")}')).steps
    assert (step.time_standard, step.timer_id) == (None, None)


def test_a_fixed_duration_is_the_time_standard_beside_a_computed_one() -> None:
    timers = timer("t", "a", "#{slow}") + timer("u", "a", "PT2H")
    (step,) = read_process(small(f'<task id="a"/>{timers}')).steps
    assert (step.time_standard, step.timer_id) == ("PT2H", "u")


def test_steps_deep_in_a_diagram_have_their_time_standard() -> None:
    diagram = small(
        f'<subProcess><task id="a"/>{timer("t", "a", "PT2H")}</subProcess>'
        '<callActivity calledElement="q"/>',
        beside=f'<process id="q"><task id="b"/>{timer("u", "b", "PT2H")}</process>',
    )
    steps = read_process(diagram).steps
    assert [(one.time_standard, one.timer_id) for one in steps] == [("PT2H", "t"), ("PT2H", "u")]


def test_a_field_of_the_form_on_any_step_that_runs_makes_a_process_an_sop() -> None:
    assert read_process(
        small(f'<subProcess><task id="a">{sop(output="x")}</task></subProcess>')
    ).is_sop
    beside = f'<process id="q">{sop(nomor="1")}</process>'
    assert read_process(small('<callActivity calledElement="q"/>', beside=beside)).is_sop
    assert not read_process(small('<task id="a"/>', beside=beside)).is_sop


def test_reading_a_diagram_costs_no_more_than_it_has_steps() -> None:
    def sized(size: int) -> Callable[[], object]:
        ids = [f"t{n}" for n in range(size)]
        tasks = "".join(
            f'<userTask id="{one}">{sop(output="x", waktu="2 jam")}</userTask>'
            + timer(f"timer_{one}", one, "PT2H")
            for one in ids
        )
        lanes = "".join(lane(f"l{n}", *ids[n::10]) for n in range(10))
        file = source(f"<laneSet>{lanes}</laneSet>{tasks}{arrows(*ids)}")
        assert [step.element_id for step in read_process(read(file)).steps] == ids
        return lambda: read_process(read(file))

    assert growth(sized, 500) < 8
