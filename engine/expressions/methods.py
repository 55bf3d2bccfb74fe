"""The methods of texts and lists that an expression may call; there are no others."""

from collections.abc import Callable

from engine.expressions import values
from engine.expressions.errors import ExpressionFailed


def _contains(target: object, part: object) -> bool:
    if isinstance(target, list):
        return any(values.same(element, part) for element in target)
    text = _text(target)
    return _text(part) in text


def _starts_with(target: object, start: object) -> bool:
    return _text(target).startswith(_text(start))


def _ends_with(target: object, end: object) -> bool:
    return _text(target).endswith(_text(end))


def _size(target: object) -> int:
    return len(target) if isinstance(target, list) else len(_text(target))


def _to_lower_case(target: object) -> str:
    return _text(target).lower()


def _to_upper_case(target: object) -> str:
    return _text(target).upper()


def _equals(target: object, other: object) -> bool:
    if not isinstance(target, list):
        _text(target)
    return values.same(target, other)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ExpressionFailed(f"{values.kind(value)} is not a text")
    return value


WITHOUT_ARGUMENT: dict[str, Callable[[object], object]] = {
    "length": _size,
    "size": _size,
    "toLowerCase": _to_lower_case,
    "toUpperCase": _to_upper_case,
}
WITH_ARGUMENT: dict[str, Callable[[object, object], object]] = {
    "contains": _contains,
    "endsWith": _ends_with,
    "equals": _equals,
    "startsWith": _starts_with,
}
