"""The API's description: for programs at /openapi.json, for people at /docs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, jsonify, make_response, render_template
from werkzeug.wrappers import Response

from api.openapi import document
from api.responses import PAGE_POLICY

blueprint = Blueprint("docs", __name__)
_METHODS = ("get", "post", "put", "patch", "delete")
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A line in a table of fields."""

    name: str
    type: str
    required: bool
    description: str
    model: str | None
    """The model that it is made of, for a link."""


@dataclass(frozen=True)
class Operation:
    """A route as the page shows it."""

    id: str
    method: str
    path: str
    details: Mapping[str, Any]
    parameters: list[Field]
    body: list[tuple[str, str | None, str]]
    """By media type: the model, and an example."""
    answers: list[tuple[str, str, str | None]]
    """Status, what it means, the model."""
    problems: list[tuple[str, str]]


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Answer the OpenAPI 3.1 document."""
    return jsonify(document())


@blueprint.get("/docs")
def page() -> Response:
    """Answer the same as a page; made here, so that a browser asks nobody else."""
    described = document()
    operations = list(_operations(described))
    groups = [
        (tag, [one for one in operations if tag["name"] in one.details["tags"]])
        for tag in described["tags"]
    ]
    models = {
        name: (schema, list(_fields(schema)))
        for name, schema in sorted(described["components"]["schemas"].items())
    }
    html = render_template("docs.html", info=described["info"], groups=groups, models=models)
    answer = make_response(html)
    answer.headers["Content-Security-Policy"] = PAGE_POLICY
    return answer


def _operations(described: Schema) -> Iterator[Operation]:
    for path, methods in described["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield _operation(described, method, path, methods[method])


def _operation(described: Schema, method: str, path: str, details: Schema) -> Operation:
    responses = details["responses"]
    return Operation(
        id=details["operationId"],
        method=method.upper(),
        path=path,
        details=details,
        parameters=[_parameter(one) for one in details["parameters"]],
        body=list(_body(described, details)),
        answers=[
            (status, answer["description"], _model_in(answer.get("content", {})))
            for status, answer in responses.items()
            if "$ref" not in answer
        ],
        problems=[
            (status, described["components"]["responses"][f"Problem{status}"]["description"])
            for status, answer in responses.items()
            if "$ref" in answer
        ],
    )


def _body(described: Schema, details: Schema) -> Iterator[tuple[str, str | None, str]]:
    for media, content in details.get("requestBody", {}).get("content", {}).items():
        model = _model(content["schema"])
        example = _example(described, content["schema"]) if model else None
        yield media, model, json.dumps(example, indent=2, ensure_ascii=False) if model else ""


def _model_in(content: Schema) -> str | None:
    return next((_model(media["schema"]) for media in content.values()), None)


def _parameter(parameter: Schema) -> Field:
    schema = parameter["schema"]
    return Field(
        name=parameter["name"],
        type=f"{_type(schema)}, in {parameter['in']}",
        required=parameter["required"],
        description=_said(schema) or parameter["description"],
        model=_model(schema),
    )


def _fields(schema: Schema) -> Iterator[Field]:
    for name, declared in schema.get("properties", {}).items():
        required = name in schema.get("required", ())
        yield Field(name, _type(declared), required, _said(declared), _model(declared))


def _said(schema: Schema) -> str:
    """Return the description with what else is to know: values, bounds, default."""
    notes = [schema.get("description", "")]
    if "default" in schema and schema["default"] not in (None, [], {}):
        notes.append(f"Default: {json.dumps(schema['default'])}.")
    bounds = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "at most"))
        if key in schema
    ]
    if bounds:
        unit = " characters" if "maxLength" in schema else ""
        notes.append(f"{' '.join(bounds).capitalize()}{unit}.")
    return " ".join(filter(None, notes))


def _type(schema: Schema) -> str:
    """Return the type as a person reads it: `list of text`, `date-time or null`."""
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " · ".join(str(value) for value in schema["enum"])
    if model := schema.get("$ref"):
        return str(model).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    plain = str(schema.get("format") or schema.get("type", "any value"))
    return {"string": "text", "boolean": "true · false"}.get(plain, plain)


def _model(schema: Schema) -> str | None:
    """Return the name of the model in a schema, itself or in a list or choice."""
    inside = [schema, schema.get("items", {}), *schema.get("anyOf", ())]
    named = (str(one["$ref"]).rsplit("/", 1)[-1] for one in inside if "$ref" in one)
    return next(named, None)


def _example(described: Schema, schema: Schema) -> object:
    """Return an example made of the examples of the fields."""
    if "$ref" in schema:
        named = described["components"]["schemas"][str(schema["$ref"]).rsplit("/", 1)[-1]]
        return _example(described, named)
    if "properties" in schema:
        return {
            name: _example(described, declared) for name, declared in schema["properties"].items()
        }
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _example(described, schema["anyOf"][0])
    return schema.get("default", _PLACEHOLDERS.get(schema.get("format", schema.get("type", ""))))


_PLACEHOLDERS = {
    "string": "…",
    "boolean": True,
    "integer": 1,
    "uuid": "0199c0de-0000-7000-8000-000000000001",
}
