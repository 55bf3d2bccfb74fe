"""Every diagram of the corpus runs as drawn, or is refused by the rule that says why."""

import pytest

from engine.bpmn.findings import DiagramRefused, Severity
from engine.bpmn.lint import check
from engine.bpmn.reader import read
from tests.corpus.diagrams import Run, Sample, samples
from tests.corpus.playing import Case

SAMPLES = list(samples())
REFUSED = [sample for sample in SAMPLES if sample.verdict == "refused"]
RUNS = [(sample, run) for sample in SAMPLES for run in sample.runs]


@pytest.mark.parametrize("sample", REFUSED, ids=lambda sample: sample.name)
def test_what_cannot_run_is_refused(sample: Sample) -> None:
    with pytest.raises(DiagramRefused) as refusal:
        check(read(sample.source))
    errors = [one for one in refusal.value.findings if one.severity is Severity.ERROR]
    assert sorted({error.code for error in errors}) == sorted(sample.refused_by)
    assert all(error.message.id and error.message.en and error.hint.id for error in errors)


@pytest.mark.parametrize(
    ("sample", "run"), RUNS, ids=[f"{sample.name}-{sample.runs.index(run)}" for sample, run in RUNS]
)
def test_a_case_visits_what_is_drawn_in_that_order(sample: Sample, run: Run) -> None:
    if run.raises and not run.moves:
        with pytest.raises(Exception) as error:  # noqa: PT011 — its name is looked at below
            Case(sample, run)
        assert type(error.value).__name__ == run.raises
        return
    case = Case(sample, run)
    *moves, last = run.moves or ("",)
    for move in moves:
        case.move(move)
    if run.raises:
        with pytest.raises(Exception) as error:  # noqa: PT011 — its name is looked at below
            case.move(last)
        assert type(error.value).__name__ == run.raises
    elif last:
        case.move(last)
    assert case.visits == list(run.visits)
    assert sorted(case.open) == sorted(run.open)
    if not run.open and not run.raises and run.visits:
        assert case.ended or run.result
    for name, value in run.result.items():
        assert case.variables[name] == value


def test_every_sample_runs_or_is_refused() -> None:
    for sample in SAMPLES:
        assert sample.verdict in {"runs", "drawing", "refused"}, sample.name
        assert bool(sample.runs) == (sample.verdict != "refused"), sample.name
