"""What can be wrong with an expression, when it is read and when it is evaluated."""

from engine.errors import Invalid, Said


class InvalidExpression(Invalid):
    """The text is not an expression."""

    def __init__(self, message: str | None = None, /, *, position: int = 1) -> None:
        """Keep the position in the text, counted from 1."""
        super().__init__(message, position=position)
        self.position = position


class UndefinedVariable(Invalid):
    """A variable of the expression does not exist; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Said("There is no variable {name}", name=name),
            fields={name: Said("is missing")},
            name=name,
        )
        self.name = name


class ExpressionFailed(Invalid):
    """The expression cannot be evaluated with these values."""
