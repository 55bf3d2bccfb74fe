"""Rules of conditions: what they compare can be equal, what they ask about can be known."""

from collections.abc import Iterator, Mapping
from typing import Final

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import Element, bpmn, is_flow_node, kind, text_of
from engine.bpmn.reader import Diagram
from engine.bpmn.sop import FieldType
from engine.bpmn.variables import OF_TURNS, Variable, of_forms, provided
from engine.expressions import (
    Comparison,
    Expression,
    ExpressionFailed,
    InvalidExpression,
    compile_expression,
)
from engine.expressions.moments import moment
from engine.expressions.values import is_number, is_numeric

_CONDITIONS: Final = tuple(
    map(bpmn, ("conditionExpression", "condition", "completionCondition", "loopCondition"))
)
_ALIKE: Final = (
    frozenset({FieldType.STRING, FieldType.ENUM}),
    frozenset({FieldType.STRING, FieldType.DATE}),
    frozenset({FieldType.STRING, FieldType.LONG}),
)
"""Types of which one can have the value of the other."""

UNKNOWN_VARIABLE = Rule(
    "unknown-variable",
    Severity.WARNING,
    Text(
        id='Syarat ini memakai "{name}", tetapi tidak ada formulir atau tugas yang mengisinya.',
        en='This condition uses "{name}", but no form or task provides it.',
    ),
    Text(
        id='Tambahkan isian formulir "{name}" pada langkah sebelumnya.',
        en='Add a form field "{name}" to a step before it.',
    ),
)
OTHER_TYPE = Rule(
    "compared-with-other-type",
    Severity.WARNING,
    Text(
        id='Syarat ini membandingkan "{name}", isian berjenis {type}, dengan {value}: '
        "keduanya tidak dapat dibandingkan.",
        en='This condition compares "{name}", a field of type {type}, with {value}: '
        "these cannot be compared.",
    ),
    Text(
        id="Bandingkan dengan nilai yang sejenis: {example}.",
        en="Compare it with a value of its type: {example}.",
    ),
)
NO_SUCH_OPTION = Rule(
    "compared-with-no-option",
    Severity.WARNING,
    Text(
        id='Syarat ini membandingkan isian pilihan "{name}" dengan {value}, '
        "yang bukan salah satu pilihannya.",
        en='This condition compares the enum field "{name}" with {value}, '
        "which is none of its values.",
    ),
    Text(
        id="Tulis pengenal (id) salah satu pilihan: {options}.",
        en="Write the id of one of its values: {options}.",
    ),
)
NO_TRUTH = Rule(
    "no-truth-value",
    Severity.WARNING,
    Text(
        id='Syarat ini memakai "{name}", isian berjenis {type}, sebagai ya atau tidak.',
        en='This condition takes "{name}", a field of type {type}, for true or false.',
    ),
    Text(
        id="Bandingkan isian itu dengan sebuah nilai: {example}.",
        en="Compare the field with a value: {example}.",
    ),
)
NEVER_COMPUTED = Rule(
    "condition-never-computed",
    Severity.ERROR,
    Text(
        id='Syarat "{condition}" tidak memakai variabel dan tidak pernah dapat dihitung.',
        en='The condition "{condition}" uses no variable and can never be computed.',
    ),
    Text(
        id="Tulis syarat yang hasilnya ya atau tidak, seperti ${{perlu_perbaikan == true}}.",
        en="Write a condition that is true or false, like ${{perlu_perbaikan == true}}.",
    ),
)

_EXAMPLES: Final = {
    FieldType.BOOLEAN: "${{{name} == true}}",
    FieldType.LONG: "${{{name} > 10}}",
    FieldType.DATE: "${{{name} < '2026-12-31'}}",
    FieldType.ENUM: "${{{name} == '{option}'}}",
    FieldType.STRING: "${{{name} == 'teks'}}",
}


def variables(diagram: Diagram) -> Iterator[Finding]:
    """Something in the diagram provides each variable that a condition uses."""
    names = provided(diagram)
    if names is None:
        return
    for owner, condition in _conditions(diagram):
        for name in sorted(condition.names - names - _counted(owner)):
            yield UNKNOWN_VARIABLE.broken_by(owner, name=name)


def types(diagram: Diagram) -> Iterator[Finding]:
    """A condition compares a field with a value that the field can have."""
    fields = of_forms(diagram)
    for owner, condition in _conditions(diagram):
        for comparison in condition.comparisons:
            if comparison.name in fields:
                yield from _compared(owner, comparison, fields[comparison.name], fields)


def truths(diagram: Diagram) -> Iterator[Finding]:
    """What a condition takes for true or false is a field that says so."""
    fields = of_forms(diagram)
    for owner, condition in _conditions(diagram):
        for name in sorted(condition.truths & fields.keys()):
            field = fields[name]
            if field.type in {FieldType.LONG, FieldType.DATE} or (
                field.type is FieldType.ENUM and "true" not in field.options
            ):
                yield NO_TRUTH.broken_by(
                    owner, name=name, type=field.type.value, example=_example(field)
                )


def constants(diagram: Diagram) -> Iterator[Finding]:
    """A condition that always has the same value has one, and that is true or false."""
    for owner, condition in _conditions(diagram):
        if not condition.is_constant:
            continue
        try:
            condition.test({})
        except ExpressionFailed:
            yield NEVER_COMPUTED.broken_by(owner, condition=condition.text)


def _compared(
    owner: Element, comparison: Comparison, field: Variable, fields: Mapping[str, Variable]
) -> Iterator[Finding]:
    if comparison.other is not None:
        other = fields.get(comparison.other)
        fits = other is None or other.type is field.type or {other.type, field.type} in _ALIKE
        shown = f'"{comparison.other}" ({other.type.value})' if other else ""
    else:
        fits = _fits(field, comparison)
        shown = _shown(comparison.value)
    if fits:
        return
    if field.type is FieldType.ENUM and isinstance(comparison.value, str):
        options = tuple(sorted(field.options))
        yield NO_SUCH_OPTION.broken_by(owner, name=field.name, value=shown, options=options)
    else:
        yield OTHER_TYPE.broken_by(
            owner,
            name=field.name,
            type=field.type.value,
            value=shown,
            example=_example(field),
        )


def _fits(field: Variable, comparison: Comparison) -> bool:
    """Return whether a field can have the value that it is compared with, or an order with it."""
    value = comparison.value
    if value is None or value == "":
        return True
    match field.type:
        case FieldType.STRING:
            return True
        case FieldType.BOOLEAN:
            is_truth = isinstance(value, bool) or str(value).lower() in {"true", "false"}
            return is_truth and not comparison.is_order
        case FieldType.LONG:
            return is_numeric(value)
        case FieldType.DATE:
            return isinstance(value, str) and moment(value) is not None
        case FieldType.ENUM:
            return _is_option(field.options, comparison)


def _is_option(options: frozenset[str], comparison: Comparison) -> bool:
    value = comparison.value
    if isinstance(value, str):
        return comparison.is_order or value in options
    if isinstance(value, bool):
        return bool({"true", "false"} & options)
    return all(map(is_numeric, options))


def _example(field: Variable) -> str:
    option = min(field.options, default="")
    return _EXAMPLES[field.type].format(name=field.name, option=option)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if is_number(value) else f"'{value}'"


def _conditions(diagram: Diagram) -> Iterator[tuple[Element, Expression]]:
    """Yield the conditions that can be read, each with the flow or node that it belongs to."""
    for scope in diagram.scopes:
        for element in scope.iter(*_CONDITIONS) if kind(scope) == "process" else ():
            owner = next(
                (
                    one
                    for one in element.iterancestors()
                    if kind(one) == "sequenceFlow" or is_flow_node(one)
                ),
                scope,
            )
            try:
                yield owner, compile_expression(text_of(element))
            except InvalidExpression:  # other rules say so
                continue


def _counted(owner: Element) -> frozenset[str]:
    """Return what the engine counts in a repeated activity."""
    return frozenset() if kind(owner) == "sequenceFlow" else OF_TURNS
