"""Every diagram of the corpus runs as drawn, or is refused by the rule that says why."""

import pytest

from engine.bpmn.findings import DiagramRefused, Severity
from engine.bpmn.lint import check
from engine.bpmn.reader import read
from engine.errors import AlurError
from tests.corpus.diagrams import Run, Sample, samples
from tests.corpus.playing import Case
from tests.corpus.token_game import must_visit

SAMPLES = list(samples())
REFUSED = [sample for sample in SAMPLES if sample.verdict == "refused"]
RUNS = [
    pytest.param(sample, run, id=f"{sample.name}-{number}")
    for sample in SAMPLES
    for number, run in enumerate(sample.runs)
]


@pytest.mark.parametrize("sample", REFUSED, ids=lambda sample: sample.name)
def test_what_cannot_run_is_refused(sample: Sample) -> None:
    with pytest.raises(DiagramRefused) as refusal:
        check(read(sample.source))
    errors = [one for one in refusal.value.findings if one.severity is Severity.ERROR]
    assert sorted({error.code for error in errors}) == sorted(sample.refused_by)
    assert all(error.message.id and error.message.en and error.hint.id for error in errors)


@pytest.mark.parametrize(("sample", "run"), RUNS)
def test_a_case_visits_what_is_drawn_in_that_order(sample: Sample, run: Run) -> None:
    if run.raises and not run.moves:
        with pytest.raises(AlurError) as error:
            Case(sample, run)
        assert type(error.value).__name__ == run.raises
        return
    case = Case(sample, run)
    moves = list(run.moves)
    failing = moves.pop() if run.raises else None
    for move in moves:
        case.move(move)
    if failing is not None:
        with pytest.raises(AlurError) as error:
            case.move(failing)
        assert type(error.value).__name__ == run.raises
    assert case.visits == list(run.visits)
    assert sorted(case.open) == sorted(run.open)
    assert case.ended == (not (run.open or run.raises or run.waits or run.result))
    for name, value in run.result.items():
        assert case.variables[name] == value
    assert not missed(case)


def missed(case: Case) -> set[str]:
    """Return what a case that has ended had to visit, by the token game, and did not."""
    return set(must_visit(case.program)).difference(case.visits) if case.ended else set()


def test_the_token_game_catches_a_case_that_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = next(one for one in SAMPLES if one.name == "tasks/plain-task")
    case = Case(sample, sample.runs[1])
    monkeypatch.setattr("engine.workflow.activities.taken", lambda _: ())
    case.move(sample.runs[1].moves[0])
    assert case.ended
    assert len(missed(case)) == 1


def test_the_token_game_says_something_about_nearly_every_sample() -> None:
    said = [
        bool(must_visit(Case(sample, sample.runs[0]).program))
        for sample in SAMPLES
        if sample.runs and not sample.runs[0].raises
    ]
    assert sum(said) > 0.7 * len(said)


def test_every_sample_runs_or_is_refused() -> None:
    for sample in SAMPLES:
        assert sample.verdict in {"runs", "drawing", "refused"}, sample.name
        assert bool(sample.runs) == (sample.verdict != "refused"), sample.name
