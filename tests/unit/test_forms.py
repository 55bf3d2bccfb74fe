"""Variables and forms: typed as drawn, and nothing gets in that cannot be stored."""

import math

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.forms import (
    MAX_BYTES,
    MAX_VARIABLES,
    InvalidVariables,
    json_schema,
    needs_known,
    start_schema,
    validate,
)
from engine.bpmn.sop import FieldType, FormField, Process, Step
from engine.errors import Invalid

FIELDS = {
    "text": FormField(id="text", label="Text", type=FieldType.STRING, minlength=2, maxlength=5),
    "amount": FormField(id="amount", label="Amount", type=FieldType.LONG, min=-1, max=9),
    "big": FormField(id="big", label="Big", type=FieldType.LONG),
    "agreed": FormField(id="agreed", label="Agreed", type=FieldType.BOOLEAN),
    "day": FormField(id="day", label="Day", type=FieldType.DATE),
    "kind": FormField(
        id="kind", label="Kind", type=FieldType.ENUM, options=(("a", "Letter A"), ("b", "B"))
    ),
}
REQUIRED = FormField(id="must", label="Must", type=FieldType.STRING, required=True)


def step(*fields: FormField) -> Step:
    return Step(
        element_id="step",
        number=1,
        name="Step",
        lane=None,
        candidate_group=None,
        time_standard=None,
        timer_id=None,
        fields=fields,
    )


FORM = step(*FIELDS.values())
NO_FORM = step()
PROCESS = Process(key="p", name="P", steps=(FORM, NO_FORM, step(REQUIRED)))


def problems(at: Step | None, variables: dict[str, object]) -> dict[str, str]:
    with pytest.raises(InvalidVariables) as refused:
        validate(PROCESS, at, variables)
    return dict(refused.value.fields)


GOOD = [
    ("text", "ab"),
    ("text", "añ✓de"),
    ("amount", -1),
    ("amount", 9),
    ("big", 2**63 - 1),
    ("big", -(2**63)),
    ("agreed", True),
    ("agreed", False),
    ("day", "2026-02-28"),
    ("kind", "b"),
]
NOTHING_SENT = {field.id: None for field in FORM.fields}
BAD = [
    ("text", 1, "This is a text."),
    ("text", ["ab"], "This is a text."),
    ("text", "a", "This text has at least 2 characters."),
    ("text", "abcdef", "This text has at most 5 characters."),
    ("text", "ab\0", "This text cannot be stored."),
    ("text", "ab\ud800", "This text cannot be stored."),
    ("amount", True, "This is a whole number."),
    ("amount", "1", "This is a whole number."),
    ("amount", 1.0, "This is a whole number."),
    ("amount", -2, "This number is at least -1."),
    ("amount", 10, "This number is at most 9."),
    ("big", 2**63, "Numbers fit into 64 bits."),
    ("agreed", "true", "This is true or false."),
    ("agreed", 1, "This is true or false."),
    ("day", "20260228", "This is a date written as YYYY-MM-DD."),
    ("day", "2026-02-28T00:00", "This is a date written as YYYY-MM-DD."),
    ("day", 20260228, "This is a date written as YYYY-MM-DD."),
    ("day", "2026-02-30", "There is no such day."),
    ("kind", "c", "This is one of: a, b."),
    ("kind", ["a"], "This is one of: a, b."),
    ("kind", "Letter A", "This is one of: a, b."),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_a_field_takes_values_of_its_type(name: str, value: object) -> None:
    assert validate(PROCESS, FORM, {name: value}) == {**NOTHING_SENT, name: value}


@pytest.mark.parametrize(("name", "value", "sentence"), BAD)
def test_a_field_refuses_other_values_and_says_why(name: str, value: object, sentence: str) -> None:
    assert problems(FORM, {name: value}) == {name: sentence}


@pytest.mark.parametrize("variables", [{}, {"must": None}, {"must": ""}, {"must": " \n"}])
def test_a_required_field_must_be_filled_in(variables: dict[str, object]) -> None:
    assert problems(step(REQUIRED), variables) == {"must": "This field is required."}


def test_a_required_field_does_not_fall_back_to_its_default() -> None:
    field = FormField(id="x", label="X", type=FieldType.LONG, required=True, default="1")
    assert problems(step(field), {}) == {"x": "This field is required."}


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_an_optional_field_sent_empty_is_none(empty: str | None) -> None:
    assert validate(PROCESS, FORM, {"amount": empty})["amount"] is None


@pytest.mark.parametrize(
    ("field_type", "default", "value"),
    [
        (FieldType.BOOLEAN, "false", False),
        (FieldType.LONG, "-7", -7),
        (FieldType.STRING, "true", "true"),
        (FieldType.DATE, "2026-01-01", "2026-01-01"),
    ],
)
def test_an_optional_field_that_is_not_sent_has_its_default(
    field_type: FieldType, default: str, value: object
) -> None:
    field = FormField(id="x", label="X", type=field_type, default=default)
    assert validate(PROCESS, step(field), {}) == {"x": value}


def test_a_field_that_is_neither_sent_nor_has_a_default_is_empty() -> None:
    assert validate(PROCESS, FORM, {}) == NOTHING_SENT


def test_a_form_accepts_only_its_own_fields() -> None:
    assert problems(FORM, {"agreed": True, "must": "x", "free": 1}) == {
        "must": "This step has no field of that name.",
        "free": "This step has no field of that name.",
    }


def test_every_wrong_field_is_named_at_once() -> None:
    assert set(problems(FORM, {"agreed": "ya", "amount": "x"})) == {"agreed", "amount"}


@pytest.mark.parametrize("at", [NO_FORM, None])
def test_without_a_form_a_declared_variable_belongs_elsewhere(at: Step | None) -> None:
    assert problems(at, {"agreed": True}) == {
        "agreed": "This belongs to the form of another step; send it there."
    }


@pytest.mark.parametrize(
    "value", [None, True, 1, -1.5, "x", "", [], [1, "a", None], {}, {"a": 1, "b": "c"}]
)
@pytest.mark.parametrize("at", [NO_FORM, None])
def test_without_a_form_any_shallow_json_value_is_free(at: Step | None, value: object) -> None:
    assert validate(PROCESS, at, {"_free1": value}) == {"_free1": value}


@pytest.mark.parametrize(
    "value",
    [
        math.inf,
        math.nan,
        2**63,
        "\0",
        "\udfff",
        [[1]],
        [{}],
        {"a": [1]},
        {"\0": 1},
        [math.inf],
        {1, 2},
        b"x",
    ],
)
def test_what_cannot_be_stored_is_refused(value: object) -> None:
    assert set(problems(None, {"free": value})) == {"free"}


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "a.b", "é", "x" * 65, "a\n"])
def test_a_free_name_is_an_identifier(name: str) -> None:
    assert len(problems(None, {name: 1})) == 1


def test_a_wrong_name_can_still_be_shown() -> None:
    assert list(problems(None, {"\0\ud800" + "x" * 99: 1})) == ["\\0\\ud800" + "x" * 62]


def test_the_number_of_variables_is_limited() -> None:
    variables: dict[str, object] = {f"v{number}": 1 for number in range(MAX_VARIABLES)}
    assert len(validate(PROCESS, None, variables)) == MAX_VARIABLES
    with pytest.raises(InvalidVariables, match="At most 100"):
        validate(PROCESS, None, {**variables, "more": 1})


def test_the_size_of_all_variables_together_is_limited() -> None:
    half = "é" * (MAX_BYTES // 4 - 20)
    assert validate(PROCESS, None, {"a": half, "b": half})
    with pytest.raises(InvalidVariables, match="32768 bytes"):
        validate(PROCESS, None, {"a": half, "b": half + "é" * 40})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(derandomize=True, deadline=None)
@given(
    st.sampled_from([FORM, NO_FORM, None]),
    st.dictionaries(st.text(max_size=5) | st.sampled_from([*FIELDS, "free"]), JSON, max_size=5),
)
def test_whatever_is_sent_is_stored_as_it_is_or_refused_with_reasons(
    at: Step | None, variables: dict[str, object]
) -> None:
    try:
        cleaned = validate(PROCESS, at, variables)
    except Invalid as refused:
        orjson.dumps(dict(refused.fields))
    else:
        assert orjson.loads(orjson.dumps(cleaned)) == cleaned
        assert validate(PROCESS, at, cleaned) == cleaned


def test_the_schema_of_a_form_says_what_its_fields_take() -> None:
    with_default = FormField(id="copies", label="Copies", type=FieldType.LONG, default="2")
    schema = json_schema(step(REQUIRED, FIELDS["amount"], FIELDS["kind"], with_default))
    assert schema == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": "Step",
        "properties": {
            "must": {"title": "Must", "type": "string", "pattern": r"\S"},
            "amount": {
                "title": "Amount",
                "anyOf": [
                    {"type": "integer", "format": "int64", "minimum": -1, "maximum": 9},
                    {"type": "null"},
                ],
            },
            "kind": {
                "title": "Kind",
                "anyOf": [
                    {
                        "oneOf": [
                            {"const": "a", "title": "Letter A"},
                            {"const": "b", "title": "B"},
                        ]
                    },
                    {"type": "null"},
                ],
            },
            "copies": {
                "title": "Copies",
                "anyOf": [{"type": "integer", "format": "int64"}, {"type": "null"}],
                "default": 2,
            },
        },
        "required": ["must"],
        "additionalProperties": False,
    }


def test_the_schema_of_a_step_without_a_form_lets_any_name_through() -> None:
    assert json_schema(NO_FORM)["additionalProperties"] is True


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("text", {"type": "string", "minLength": 2, "maxLength": 5}),
        ("agreed", {"type": "boolean"}),
        ("day", {"type": "string", "format": "date"}),
    ],
)
def test_the_schema_of_a_field_has_its_type(name: str, schema: dict[str, object]) -> None:
    assert json_schema(FORM)["properties"][name]["anyOf"][0] == schema


START = FormField(id="applicant", label="Applicant", type=FieldType.STRING, required=True)
WITH_START_FORM = Process(key="p", name="P", steps=(NO_FORM,), start_fields=(START,))


def test_a_process_with_a_form_is_started_with_it() -> None:
    assert validate(WITH_START_FORM, None, {"applicant": "Warga"}) == {"applicant": "Warga"}
    with pytest.raises(InvalidVariables) as refused:
        validate(WITH_START_FORM, None, {"other": 1})
    assert set(refused.value.fields) == {"applicant", "other"}
    with pytest.raises(InvalidVariables):
        validate(WITH_START_FORM, NO_FORM, {"applicant": "Warga"})


def test_the_form_of_the_start_has_a_schema() -> None:
    schema = start_schema(WITH_START_FORM)
    assert (schema["title"], schema["required"]) == ("P", ["applicant"])


def read_only(default: str | None) -> FormField:
    return FormField(id="x", label="X", type=FieldType.LONG, readonly=True, default=default)


def test_a_field_that_is_only_shown_cannot_be_sent_and_keeps_its_variable() -> None:
    shown = step(read_only(None))
    assert problems(shown, {"x": 1}) == {"x": "This field is only shown."}
    assert validate(PROCESS, shown, {}) == {}
    assert json_schema(shown)["properties"]["x"]["readOnly"] is True


@pytest.mark.parametrize(
    ("default", "known", "value"),
    [
        *(("${a + 1}", {"a": 2}, 3), ("${a / 2}", {"a": 4}, 2), ("${a}", {}, None)),
        *(("${b == true ? 1 : 0}", {"b": True}, 1), ("7", {}, 7)),
    ],
)
def test_a_default_can_be_computed_from_the_variables_of_the_case(
    default: str, known: dict[str, object], value: object
) -> None:
    form = step(read_only(default))
    assert needs_known(form) == ("$" in default)
    assert validate(PROCESS, form, {}, known=known) == {"x": value}
    assert ("default" in json_schema(form)["properties"]["x"]) == ("$" not in default)


def test_a_computed_default_is_a_text_where_the_field_is_one() -> None:
    field = FormField(id="x", label="X", type=FieldType.STRING, default="Nomor ${a}")
    assert validate(PROCESS, step(field), {}, known={"a": 7}) == {"x": "Nomor 7"}
    number = FormField(id="x", label="X", type=FieldType.STRING, default="${a}")
    assert validate(PROCESS, step(number), {}, known={"a": 7}) == {"x": "7"}
    assert validate(PROCESS, step(number), {"x": "sent"}, known={"a": 7}) == {"x": "sent"}


@pytest.mark.parametrize("a", ["x", 1.5, [1], {"b": 1}])
def test_a_computed_default_that_does_not_fit_is_a_problem_of_its_field(a: object) -> None:
    form = step(FormField(id="x", label="X", type=FieldType.LONG, default="${a}"))
    with pytest.raises(InvalidVariables) as refused:
        validate(PROCESS, form, {}, known={"a": a})
    assert refused.value.fields["x"].startswith("Its default does not fit; send a value.")
