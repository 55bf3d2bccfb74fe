"""What differs between two versions of an SOP."""

from collections.abc import Iterable

from engine.bpmn.differences import Difference, Subject, Version, differences
from engine.bpmn.procedure import read_procedure
from engine.bpmn.reader import read
from engine.bpmn.sop import read_process
from tests.office import REFERENCE
from tests.unit.small_diagrams import arrows, source

_OUT = b'<bpmn:sequenceFlow id="Alur_09_06" name="Tidak"'
_TO_MAKING = b'targetRef="Langkah_06_MembuatLaporan">'


def version(source: bytes = REFERENCE) -> Version:
    diagram = read(source)
    process = read_process(diagram)
    return Version(process=process, procedure=read_procedure(diagram, process))


def changed(*changes: tuple[bytes, bytes]) -> tuple[Difference, ...]:
    """Return what differs from the reference once these texts of it are others."""
    source = REFERENCE
    for before, after in changes:
        assert before in source
        source = source.replace(before, after)
    return differences(version(), version(source))


def by_subject(found: Iterable[Difference]) -> list[Difference]:
    """Return what is about the step "Mencatat" last."""
    return sorted(found, key=lambda one: one.of == "Mencatat")


def test_a_version_does_not_differ_from_itself() -> None:
    assert changed() == ()


def test_a_step_that_is_renamed_is_the_same_step_and_what_leads_to_it_has_not_changed() -> None:
    found = changed((b'name="Mengoreksi Dokumen Laporan', b'name="Memeriksa Dokumen Laporan'))
    ((subject, of, field),) = {(one.subject, one.of, one.field) for one in found}
    assert (subject, field) == (Subject.STEP, "name")
    assert of.startswith("Memeriksa")
    assert (found[0].before or "").startswith("Mengoreksi")
    assert found[0].after == of


def test_steps_that_come_and_go_are_said_to_and_what_led_to_them_leads_elsewhere() -> None:
    more = REFERENCE.replace(
        b'<bpmn:sequenceFlow id="Alur_09_10" name="Ya" sourceRef="Keputusan_09_Disetujui" ',
        b'<bpmn:userTask id="Mencatat" name="Mencatat" /><bpmn:sequenceFlow id="Baru" name="Ya" '
        b'sourceRef="Keputusan_09_Disetujui" targetRef="Mencatat" />'
        b'<bpmn:sequenceFlow id="Alur_09_10" sourceRef="Mencatat" ',
    ).replace(b'default="Alur_09_10"', b'default="Baru"')
    onward, new = by_subject(differences(version(), version(more)))
    assert (new.subject, new.before, new.after) == (Subject.STEP, None, "Mencatat")
    assert onward.field == "next"
    assert (onward.before or "").startswith("Ya → Mengantar Surat")
    assert (onward.after or "").startswith("Ya → Mencatat; Tidak")
    _, gone = by_subject(differences(version(more), version()))
    assert (gone.before, gone.after) == ("Mencatat", None)


def test_another_condition_or_another_way_back_is_said_of_the_step_that_decides() -> None:
    (condition,) = changed((b"${disetujui == false}", b"${not disetujui}"))
    assert (condition.subject, condition.field) == (Subject.STEP, "next")
    assert "Tidak [disetujui == false] → " in (condition.before or "")
    assert "Tidak [not disetujui] → " in (condition.after or "")
    (way,) = changed(
        (
            _OUT + b' sourceRef="Keputusan_09_Disetujui" ' + _TO_MAKING,
            _OUT
            + b' sourceRef="Keputusan_09_Disetujui" targetRef="Langkah_08_MenyampaikanLaporan">',
        )
    )
    assert way.field == "next"
    assert "Membuat" in (way.before or "")
    assert "Membuat" not in (way.after or "")


def test_a_form_is_compared_with_what_its_fields_may_hold() -> None:
    (form,) = changed(
        (
            b'<camunda:formField id="disetujui" label="Disetujui?" type="boolean" />',
            b'<camunda:formField id="disetujui" label="Disetujui?" type="boolean" />'
            b'<camunda:formField id="catatan" label="Catatan" type="string"><camunda:validation>'
            b'<camunda:constraint name="required" /><camunda:constraint name="maxlength" '
            b'config="200" /></camunda:validation></camunda:formField>',
        )
    )
    assert (form.subject, form.field) == (Subject.STEP, "form")
    assert form.before == "Disetujui? [disetujui: boolean]"
    assert form.after == (
        "Disetujui? [disetujui: boolean]; Catatan [catatan: string, required, maxlength 200]"
    )


def test_another_position_for_an_actor_is_said_of_its_steps() -> None:
    found = changed((b'camunda:candidateGroups="sekretaris"', b'camunda:candidateGroups="camat"'))
    assert {(one.field, one.before, one.after) for one in found} == {
        ("candidate_group", "sekretaris", "camat")
    }
    assert len(found) == REFERENCE.count(b'candidateGroups="sekretaris"')


def test_identity_and_name_come_before_actors_and_steps() -> None:
    found = changed(
        (b'name="Evaluasi Internal Capaian Kinerja"', b'name="Evaluasi Kinerja"'),
        (b'<bpmn:lane id="Pelaksana_Staf" name="Staf/', b'<bpmn:lane id="Pelaksana_Staf" name="'),
        (b'name="sop.nomor" value="', b'name="sop.nomor" value="0'),
    )
    subjects = [one.subject for one in found]
    assert subjects[:4] == [Subject.NAME, Subject.IDENTITY, Subject.LANE, Subject.LANE]
    assert {one.field for one in found[4:]} == {"lane"}


def test_a_decision_that_follows_no_step_is_compared_by_itself() -> None:
    def deciding(name: str, condition: str) -> Version:
        return version(
            source(
                '<startEvent id="s"/><task id="a" name="A"/><task id="b" name="B"/>'
                f'<exclusiveGateway id="choice" name="{name}" default="other"/>'
                + arrows("s", "choice")
                + '<sequenceFlow id="other" sourceRef="choice" targetRef="a"/>'
                '<sequenceFlow id="if" name="Ya" sourceRef="choice" targetRef="b">'
                f"<conditionExpression>${{{condition}}}</conditionExpression></sequenceFlow>"
            )
        )

    found = differences(deciding("Lengkap?", "x"), deciding("Cukup?", "y"))
    assert [(one.subject, one.of, one.field) for one in found] == [
        (Subject.DECISION, "Cukup?", "name"),
        (Subject.DECISION, "Cukup?", "next"),
    ]
    assert [(one.before, one.after) for one in found] == [
        ("Lengkap?", "Cukup?"),
        ("→ A; Ya [x] → B", "→ A; Ya [y] → B"),
    ]
