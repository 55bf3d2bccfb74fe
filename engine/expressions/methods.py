"""The methods of texts, lists, objects and dates that an expression may call; no others exist.

Each takes time in proportion to its operands. So there are no patterns (`matches`, `replaceAll`),
nothing is searched for from the end, and what is put together is measured first.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from engine.errors import Said
from engine.expressions import moments, values
from engine.expressions.errors import ExpressionFailed

_PATTERN: Final = re.compile(r"[\\^$.|?*+()\[{]")
"""Characters with a meaning of their own in the patterns of Java, as whose `split` ours acts."""


def _contains(target: object, part: object) -> bool:
    if isinstance(target, list):
        return any(values.same(element, part) for element in target)
    text = _text(target)
    return values.text(part) in text


def _contains_key(target: object, key: object) -> bool:
    return key in _object(target) if isinstance(key, str) else False


def _get(target: object, key: object) -> object:
    if isinstance(target, list):
        index = _index(key)
        return target[index] if 0 <= index < len(target) else None
    return _object(target).get(values.text(key))


def _starts_with(target: object, start: object) -> bool:
    return _text(target).startswith(values.text(start))


def _ends_with(target: object, end: object) -> bool:
    return _text(target).endswith(values.text(end))


def _size(target: object) -> int:
    return len(target) if isinstance(target, list | dict) else len(_text(target))


def _length(target: object) -> int:
    return len(target) if isinstance(target, list) else len(_text(target))


def _is_empty(target: object) -> bool:
    return _size(target) == 0


def _trim(target: object) -> str:
    return _text(target).strip()


def _to_lower_case(target: object) -> str:
    return _text(target).lower()


def _to_upper_case(target: object) -> str:
    return _text(target).upper()


def _to_string(target: object) -> str:
    return values.text(target)


def _equals(target: object, other: object) -> bool:
    if target is None or values.kind(target) == values.UNKNOWN:
        raise ExpressionFailed(
            Said("{kind} cannot be compared by equals", kind=values.kind(target))
        )
    return values.same(target, other)


def _equals_ignore_case(target: object, other: object) -> bool:
    text = _text(target)
    return isinstance(other, str) and text.casefold() == other.casefold()


def _compare_to(target: object, other: object) -> int:
    if target is None or other is None:
        raise ExpressionFailed(Said("Null has no order"))
    return int(values.greater(target, other)) - int(values.less(target, other))


def _index_of(target: object, part: object) -> int:
    if isinstance(target, list):
        return next((n for n, one in enumerate(target) if values.same(one, part)), -1)
    return _text(target).find(values.text(part))


def _rest(target: object, start: object) -> str:
    return _substring(target, start, len(_text(target)))


def _substring(target: object, start: object, end: object) -> str:
    text, first, last = _text(target), _index(start), _index(end)
    if not 0 <= first <= last <= len(text):
        raise ExpressionFailed(Said("A text has no such part"))
    return text[first:last]


def _concat(target: object, other: object) -> str:
    text, more = _text(target), values.text(other)
    values.short_enough(len(text) + len(more))
    return text + more


def _replace(target: object, old: object, new: object) -> str:
    text, gone, put = _text(target), values.text(old), values.text(new)
    values.short_enough(len(text) + text.count(gone) * max(0, len(put) - len(gone)))
    return text.replace(gone, put)


def _split(target: object, separator: object) -> list[str]:
    text, between = _text(target), values.text(separator)
    if not between or _PATTERN.search(between):
        raise ExpressionFailed(Said("A text can be split only at plain characters, such as ','"))
    parts = text.split(between)
    while len(parts) > 1 and not parts[-1]:  # as in Java: nothing behind the last separator
        parts.pop()
    return parts


def _before(target: object, other: object) -> bool:
    return _compare_dates(target, other) < 0


def _after(target: object, other: object) -> bool:
    return _compare_dates(target, other) > 0


def _compare_dates(target: object, other: object) -> int:
    both = moments.moments(_text(target), _text(other))
    if both is None:
        raise ExpressionFailed(Said("A text is not a date"))
    return (both[0] > both[1]) - (both[0] < both[1])


def _plus_days(target: object, days: object) -> str:
    return moments.days_later(_text(target), values.number(days))


def _minus_days(target: object, days: object) -> str:
    return moments.days_later(_text(target), -values.number(days))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ExpressionFailed(Said("{kind} is not a text", kind=values.kind(value)))
    return value


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ExpressionFailed(Said("{kind} is not an object", kind=values.kind(value)))
    return value


def _index(value: object) -> int:
    index = values.without_decimals(value)
    if index is None:
        raise ExpressionFailed(Said("A position is a whole number"))
    return index


METHODS: Final[Mapping[tuple[str, int], Callable[..., object]]] = {
    ("after", 1): _after,
    ("before", 1): _before,
    ("booleanValue", 0): values.boolean,
    ("compareTo", 1): _compare_to,
    ("concat", 1): _concat,
    ("contains", 1): _contains,
    ("containsKey", 1): _contains_key,
    ("doubleValue", 0): values.number,
    ("endsWith", 1): _ends_with,
    ("equals", 1): _equals,
    ("equalsIgnoreCase", 1): _equals_ignore_case,
    ("get", 1): _get,
    ("indexOf", 1): _index_of,
    ("intValue", 0): values.whole,
    ("isAfter", 1): _after,
    ("isBefore", 1): _before,
    ("isEmpty", 0): _is_empty,
    ("length", 0): _length,
    ("longValue", 0): values.whole,
    ("minusDays", 1): _minus_days,
    ("plusDays", 1): _plus_days,
    ("replace", 2): _replace,
    ("size", 0): _size,
    ("split", 1): _split,
    ("startsWith", 1): _starts_with,
    ("substring", 1): _rest,
    ("substring", 2): _substring,
    ("toLowerCase", 0): _to_lower_case,
    ("toString", 0): _to_string,
    ("toUpperCase", 0): _to_upper_case,
    ("trim", 0): _trim,
}
"""By name and number of values in the brackets."""
