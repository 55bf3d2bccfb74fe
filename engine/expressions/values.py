"""The rules of JUEL for values: what is converted to what, compared and computed.

Values are those of JSON. Nothing grows without bound: whole numbers stay within 64 bits as in
Java, texts that are put together have at most 32,768 characters, so an operation takes no longer
than reading its operands once.
"""

import math
import operator
import re
from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, TypeGuard

from engine.errors import Said
from engine.expressions.errors import ExpressionFailed
from engine.expressions.moments import moments

Number = int | float

_LARGEST = 2**63 - 1
_LONGEST_NUMBER = 64
_LONGEST_TEXT = 32 * 2**10
_WHOLE = re.compile(r"[+-]?[0-9]+")
UNKNOWN = Said("A value of unknown kind")
_KINDS: dict[type | UnionType, str] = {
    NoneType: Said("Null"),
    bool: Said("A truth value"),  # before int, of which it is a subclass
    int | float: Said("A number"),
    str: Said("A text"),
    list: Said("A list"),
    dict: Said("An object"),
}
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def boolean(value: object) -> bool:
    """Return the truth of a value: null and every text but "true" are false."""
    if isinstance(value, str):
        return value.lower() == "true"
    if value is None or isinstance(value, bool):
        return bool(value)
    raise ExpressionFailed(Said("{kind} is neither true nor false", kind=kind(value)))


def negation(value: object) -> bool:
    """Return the opposite truth."""
    return not boolean(value)


def number(value: object) -> Number:
    """Return the number a value stands for: null and the empty text are 0."""
    if is_number(value):
        return bounded(value)
    if isinstance(value, str) and value:
        return bounded(_parsed(value))
    if value is None or isinstance(value, str):
        return 0
    raise ExpressionFailed(Said("{kind} is not a number", kind=kind(value)))


def whole(value: object) -> int:
    """Return the whole number in a value, decimals cut off: `(7 / 2).intValue()` is 3."""
    return int(bounded(int(number(value))))


def without_decimals(value: object) -> int | None:
    """Return the whole number that a value stands for, as 6 / 2 does for 3; None if it is none."""
    found = number(value)
    return int(found) if float(found).is_integer() else None


def is_number(value: object) -> TypeGuard[Number]:
    """Return whether the value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_numeric(value: object) -> bool:
    """Return whether the value is a number or a text that stands for one."""
    try:
        return not isinstance(value, bool) and number(value) is not None
    except ExpressionFailed:
        return False


def bounded(value: Number) -> Number:
    """Return the number itself. Raises ExpressionFailed when it is beyond 64 bits."""
    fits = math.isfinite(value) if isinstance(value, float) else abs(value) <= _LARGEST
    if not fits:
        raise ExpressionFailed(Said("A number is too large"))
    return value


def empty(value: object) -> bool:
    """Return whether there is nothing in the value: null, no characters, no elements."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def text(value: object) -> str:
    """Return the text a number or truth value stands for, or the text itself.

    A whole number has no decimals, wherever it came from: `6 / 2` is "3".
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST:
        value = int(value)
    if is_number(value):
        return str(bounded(value))
    raise ExpressionFailed(Said("{kind} is not a text", kind=kind(value)))


def short_enough(length: int) -> None:
    """Raise ExpressionFailed if a text of that many characters would be too long."""
    if length > _LONGEST_TEXT:
        raise ExpressionFailed(Said("A text is too long"))


def equal(left: object, right: object) -> bool:
    """Return whether both stand for the same value; null equals only null.

    Dates are the same when they are the same moment, however they are written.
    """
    if left is None or right is None:
        return left is right
    if is_number(left) or is_number(right):
        return number(left) == number(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return boolean(left) == boolean(right)
    if left != right and isinstance(left, str) and isinstance(right, str):
        both = moments(left, right)
        return both is not None and both[0] == both[1]
    return left == right


def unequal(left: object, right: object) -> bool:
    """Return whether they stand for different values."""
    return not equal(left, right)


def same(left: object, right: object) -> bool:
    """Return whether both are the same value of the same kind: nothing is converted."""
    return is_number(left) == is_number(right) and left == right


def add(left: object, right: object) -> Number:
    """Return the sum."""
    return bounded(number(left) + number(right))


def subtract(left: object, right: object) -> Number:
    """Return the difference."""
    return bounded(number(left) - number(right))


def multiply(left: object, right: object) -> Number:
    """Return the product."""
    return bounded(number(left) * number(right))


def divide(left: object, right: object) -> Number:
    """Return the quotient, never cut to a whole number: 7 / 2 is 3.5."""
    return bounded(number(left) / _divisor(right))


def remainder(left: object, right: object) -> Number:
    """Return the remainder with the sign of the dividend, as in Java: -7 % 3 is -1."""
    dividend, divisor = number(left), _divisor(right)
    if isinstance(dividend, float) or isinstance(divisor, float):
        return math.fmod(dividend, divisor)
    rest = abs(dividend) % abs(divisor)
    return rest if dividend >= 0 else -rest


def negate(value: object) -> Number:
    """Return the number with the other sign."""
    return -number(value)


def _divisor(value: object) -> Number:
    divisor = number(value)
    if not divisor:
        raise ExpressionFailed(Said("Division by zero"))
    return divisor


def _parsed(text: str) -> Number:
    # A long text is refused before it is converted: that takes quadratic time.
    if len(text) <= _LONGEST_NUMBER:
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
    raise ExpressionFailed(Said("A text is not a number"))


def less(left: object, right: object) -> bool:
    """Return whether left comes before right: dates, texts by their characters, else numbers."""
    return _compare(operator.lt, left, right)


def less_or_equal(left: object, right: object) -> bool:
    """Return whether left comes before right or is the same; so is null to null."""
    return (left is None and right is None) or _compare(operator.le, left, right)


def greater(left: object, right: object) -> bool:
    """Return whether left comes after right."""
    return less(right, left)


def greater_or_equal(left: object, right: object) -> bool:
    """Return whether left comes after right or is the same."""
    return less_or_equal(right, left)


def _compare(is_ordered: Callable[[Any, Any], bool], left: object, right: object) -> bool:
    if left is None or right is None:
        return False
    if is_number(left) or is_number(right):
        return is_ordered(number(left), number(right))
    if isinstance(left, str) and isinstance(right, str):
        return is_ordered(*(moments(left, right) or (left, right)))
    raise ExpressionFailed(
        Said("{left} and {right} have no order", left=kind(left), right=kind(right).lower())
    )


def kind(value: object) -> str:
    """Return what the value is, to begin a sentence with."""
    for kind_, name in _KINDS.items():
        if isinstance(value, kind_):
            return name
    return UNKNOWN
