"""What is read from a diagram: identity block, actors, steps in the order of the SOP's table."""

from pathlib import Path

import orjson

from engine.bpmn.reader import read
from engine.bpmn.sop import FieldType, FormField, Lane, Process, Step, read_process
from tests.unit.bpmn_diagrams import FIELD, LATE, SIGN, VALID, changed, flow

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
