"""The fields of a form as options."""

import click
import orjson


class _Assignment(click.ParamType[tuple[str, object]]):
    """`name=value`; a value that is JSON counts as what it says, any other as text."""

    name = "name=value"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, object]:
        name, equals, text = str(value).partition("=")
        if not equals or not name:
            self.fail(f"{value!r} is not name=value", param, ctx)
        try:
            return name, orjson.loads(text)
        except orjson.JSONDecodeError:
            return name, text


with_variables = click.option(
    "--set",
    "variables",
    multiple=True,
    type=_Assignment(),
    help="A form field; may be repeated. JSON, or else text.",
)
