"""The contract of the desktop Camunda Modeler, over real HTTP, on both databases."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from engine import repository
from engine.config import Settings
from engine.repository import PageRequest
from tests.api.client import PASSWORD, Api, body_of
from tests.api.diagrams import ASKING, SERVICE
from tests.api.modeler import CONNECTIONS, ORIGIN, Modeler, basic, definition_in, json_of
from tests.office import KEY, REFERENCE, Office
from tests.serving import serving

PLAIN = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="Definitions_1"
    targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler">
  <bpmn:process id="Process_1" isExecutable="true">
    <bpmn:startEvent id="StartEvent_1"><bpmn:outgoing>Flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:task id="Activity_1" name="Periksa"><bpmn:incoming>Flow_1</bpmn:incoming></bpmn:task>
    <bpmn:endEvent id="Event_1"/>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="StartEvent_1" targetRef="Activity_1"/>
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Activity_1" targetRef="Event_1"/>
  </bpmn:process>
</bpmn:definitions>
"""
"""The plain palette: no lanes, no times, no field of ours."""
WRONG = PLAIN.replace(b'targetRef="Event_1"', b'targetRef="Nowhere"')
OWNER = "pemilik.proses"


@pytest.fixture
def url(app: Flask, office: Office) -> Iterator[str]:  # noqa: ARG001 — the people have to be there
    """The REST endpoint of a real server on that application."""
    with serving(app) as address:
        yield f"{address}/engine-rest"
        CONNECTIONS.clear()


@pytest.fixture
def modeler(url: str) -> Modeler:
    """The modeler of the process owner."""
    return Modeler(url, basic(OWNER))


def test_the_probe_says_that_a_login_is_needed_and_whether_it_is_right(url: str) -> None:
    def probe(authorization: str | None) -> int:
        return Modeler(url, authorization).ask("GET", "/deployment?maxResults=0").status

    assert [probe(None), probe(basic(OWNER)), probe(basic(OWNER, "salah"))] == [401, 200, 401]
    assert [probe("Bearer x"), probe("Bearer"), probe("Basic ?"), probe("Digest x")] == [401] * 4
    none = Modeler(url, basic(OWNER)).ask("GET", "/deployment?maxResults=0")
    assert json_of(none) == []


def test_a_refused_login_names_both_ways_to_log_in(url: str) -> None:
    answer = Modeler(url).ask("GET", "/deployment?maxResults=0")
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert "Bearer realm=" in answer.headers["WWW-Authenticate"]
    assert json_of(answer, 401)["message"]


def test_a_token_of_the_api_logs_in_and_a_cookie_never_does(url: str, api: Api) -> None:
    token = api.token(OWNER)
    assert json_of(Modeler(url, f"Bearer {token}").ask("GET", "/version")) == {"version": "7.24.0"}
    cookie = {"Cookie": f"alur_session={token}"}
    assert Modeler(url).ask("GET", "/version", headers=cookie).status == 401


def test_a_password_with_letters_beyond_ascii_may_come_in_either_encoding(
    url: str, api: Api
) -> None:
    password = "kata-sandi-José-ñ"
    change = {"present": PASSWORD, "new": password}
    assert api.call("PUT", "/users/me/password", by=OWNER, json=change).status_code == 204
    for encoding in ("latin-1", "utf-8"):
        header = basic(OWNER, password, encoding=encoding)
        assert Modeler(url, header).ask("GET", "/version").status == 200


def test_wrong_passwords_are_counted_together_with_those_of_the_api(
    url: str, api: Api, app: Flask
) -> None:
    allowed = app.extensions["alur"].settings.login_attempts
    for _ in range(allowed // 2):
        assert api.log_in(OWNER, "salah").status_code == 401
    for _ in range(allowed - allowed // 2):
        assert Modeler(url, basic(OWNER, "salah")).ask("GET", "/version").status == 401
    refused = Modeler(url, basic(OWNER)).ask("GET", "/version")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "900")
    assert api.log_in(OWNER).status_code == 429


def test_deploying_answers_what_the_modeler_reads(modeler: Modeler) -> None:
    deployed = json_of(modeler.deploy(PLAIN))
    definition = definition_in(deployed)
    assert deployed["deployedProcessDefinitions"] == {definition["id"]: definition}
    assert re.fullmatch(r"2026-11-04T09:00:00\.000\+0800", deployed["deploymentTime"])
    assert not set("/?#%") & set(definition["id"])
    assert definition == {
        "id": definition["id"],
        "key": "Process_1",
        "category": None,
        "description": None,
        "name": "Process_1",
        "version": 1,
        "resource": "diagram.bpmn",
        "deploymentId": deployed["id"],
        "diagram": None,
        "suspended": False,
        "tenantId": None,
        "versionTag": None,
        "historyTimeToLive": None,
        "startableInTasklist": True,
    }
    others = ("Case", "Decision", "DecisionRequirements")
    assert all(deployed[f"deployed{kind}Definitions"] is None for kind in others)
    assert (deployed["name"], deployed["source"]) == ("diagram.bpmn", "Camunda Modeler")
    assert (deployed["links"], deployed["tenantId"]) == ([], None)


def test_what_was_deployed_already_keeps_its_deployment(modeler: Modeler) -> None:
    first = json_of(modeler.deploy(PLAIN))
    again = json_of(modeler.deploy(PLAIN))
    assert (again["id"], again["deployedProcessDefinitions"]) == (first["id"], None)


def test_another_persons_modeler_is_told_what_it_can_start(
    modeler: Modeler, url: str, api: Api
) -> None:
    first = json_of(modeler.deploy(PLAIN))
    other = {"username": "pemilik.lain", "name": "Pemilik lain", "roles": ["process_owner"]}
    created = api.call("POST", "/users", by="admin", json={**other, "password": PASSWORD})
    assert created.status_code == 201
    again = json_of(Modeler(url, basic("pemilik.lain")).deploy(PLAIN))
    assert again["id"] == first["id"]
    assert definition_in(again) == definition_in(first)


def test_without_the_filter_there_is_a_new_deployment_but_no_new_version(modeler: Modeler) -> None:
    first = json_of(modeler.deploy(PLAIN, filtering=False))
    again = json_of(modeler.deploy(PLAIN, filtering=False))
    assert again["id"] != first["id"]
    assert definition_in(again)["id"] == definition_in(first)["id"]


def test_a_drawing_that_only_moved_is_the_same_version_and_what_people_see(
    modeler: Modeler, api: Api
) -> None:
    first = json_of(modeler.deploy(PLAIN))
    moved = PLAIN.replace(b'exporter="Camunda Modeler"', b'exporter="another"')
    again = json_of(modeler.deploy(moved))
    assert again["id"] != first["id"]
    assert definition_in(again)["version"] == 1
    seen = api.get("/process-definitions/Process_1/versions/1/bpmn", by="supervisor")
    assert seen.data == moved


def test_a_changed_diagram_is_a_new_version(modeler: Modeler) -> None:
    json_of(modeler.deploy(PLAIN))
    changed = json_of(modeler.deploy(PLAIN.replace(b"Periksa", b"Teliti")))
    assert definition_in(changed)["version"] == 2
    back = json_of(modeler.deploy(PLAIN))
    assert definition_in(back)["version"] == 3


def test_attachments_are_kept_whatever_their_names(modeler: Modeler, api: Api) -> None:
    attached = [("isian ñ.form", b'{"a": 1}'), ("bahan/naskah.pdf", bytes(range(256)))]
    first = json_of(modeler.deploy(PLAIN, attached=attached))
    path = f"/deployments/{first['id']}"
    shown = body_of(api.get(path, by=OWNER))
    assert [one["name"] for one in shown["resources"]] == [
        "diagram.bpmn",
        *(name for name, _ in attached),
    ]
    for name, content in (("diagram.bpmn", PLAIN), *attached):
        file = api.get(f"{path}/resources/{name}", by=OWNER)
        assert (file.status_code, file.data) == (200, content)
        assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert api.get(path, by="staf").status_code == 403
    changed = [("isian ñ.form", b'{"a": 2}'), attached[1]]
    second = json_of(modeler.deploy(PLAIN, attached=changed))
    assert second["id"] != first["id"]
    assert definition_in(second)["id"] == definition_in(first)["id"]
    newest = body_of(api.get("/deployments", by="supervisor"))["items"]
    assert [one["id"] for one in newest] == [second["id"], first["id"]]


def test_several_diagrams_are_deployed_all_or_none(modeler: Modeler, api: Api) -> None:
    refused = modeler.deploy(PLAIN, attached=[("wrong.bpmn", WRONG)])
    assert list(json_of(refused, 400)["details"]) == ["wrong.bpmn"]
    assert api.get("/process-definitions/Process_1", by=OWNER).status_code == 404
    deployed = json_of(modeler.deploy(PLAIN, attached=[("asking.bpmn", ASKING)]))
    keys = [one["key"] for one in deployed["deployedProcessDefinitions"].values()]
    assert keys == ["Process_1", "asking"]
    twice = modeler.deploy(PLAIN, attached=[("copy.bpmn", PLAIN)])
    assert "copy.bpmn" in json_of(twice, 400)["message"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (WRONG, r"\* Panah .*\(elemen Flow_2\).* \| resource x\.bpmn \| line 9 \| column 1"),
        (b"ini bukan XML", r"\* Berkas ini bukan XML yang sah: .* \| resource x\.bpmn \| line 1 "),
        (SERVICE, r"\(elemen send\)"),
    ],
    ids=["a flow to nowhere", "no XML", "an unknown service"],
)
def test_a_refused_diagram_shows_our_sentences_with_element_and_line(
    modeler: Modeler, broken: bytes, said: str
) -> None:
    refusal = json_of(modeler.deploy(broken, name="x.bpmn"), 400)
    assert refusal["type"] == "ParseException"
    assert refusal["message"].startswith("ENGINE-09005 Could not parse BPMN process. Errors: \n* ")
    assert re.search(said, refusal["message"]), refusal["message"]
    problems = refusal["details"]["x.bpmn"]["errors"]
    assert len(problems) == refusal["message"].count("\n")
    assert all(one["line"] >= 1 and one["column"] == 1 for one in problems)
    elements = {one["mainElementId"] for one in problems}
    assert all(
        one["elementIds"] == [one["mainElementId"]] for one in problems if elements != {None}
    )


def test_a_time_standard_that_differs_from_its_timer_is_refused_with_both_values(
    modeler: Modeler,
) -> None:
    differing = REFERENCE.replace(
        b'name="sop.waktu" value="PT10M"', b'name="sop.waktu" value="P2D"'
    )
    message = json_of(modeler.deploy(differing), 400)["message"]
    assert "PT10M" in message
    assert "P2D" in message


def test_only_a_process_owner_deploys(url: str) -> None:
    refused = json_of(Modeler(url, basic("staf")).deploy(PLAIN), 403)
    assert refused["type"] == "AuthorizationException"
    assert "process_owner" in refused["message"]


@pytest.mark.parametrize("typed", ["/", "//", "///"])
def test_slashes_at_the_end_of_the_typed_address_lose_nothing(url: str, typed: str) -> None:
    modeler = Modeler(url + typed, basic(OWNER))
    assert modeler.ask("GET", "/deployment?maxResults=0").status == 200
    assert definition_in(json_of(modeler.deploy(PLAIN)))["version"] == 1


@pytest.mark.parametrize("origin", [ORIGIN, "null", "http://elsewhere.example"])
def test_whoever_asks_from_anywhere_is_let_ask_without_a_login(url: str, origin: str) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    for path in ("/deployment/create", "/deployment", "/version"):
        answer = Modeler(url).ask("OPTIONS", path, headers=asked)
        assert answer.status in {200, 204}
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        allowed = answer.headers["Access-Control-Allow-Headers"]
        assert set(allowed.split(", ")) >= {"authorization", "content-type", "accept"}
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    refused = Modeler(url).ask("GET", "/version", headers={"Origin": origin})
    assert refused.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("origin", ["null", "http://elsewhere.example"])
def test_no_origin_keeps_a_deployment_out(modeler: Modeler, origin: str) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.bpmn"\r\n\r\n%b\r\n'
        b'--x\r\nContent-Disposition: form-data; name="tenant-id"\r\n\r\nkantor\r\n--x--\r\n'
    ) % PLAIN
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": origin}
    deployed = json_of(modeler.ask("POST", "/deployment/create", headers=headers, body=body))
    assert (deployed["name"], deployed["tenantId"]) == ("a.bpmn", None)


def test_every_error_of_a_diagram_is_in_the_message(modeler: Modeler) -> None:
    refusal = json_of(modeler.deploy(WRONG), 400)
    assert refusal["message"].count("\n* ") == len(refusal["details"]["diagram.bpmn"]["errors"]) > 1


def test_only_the_door_of_the_modeler_lets_other_origins_read(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/tasks", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_one_connection_serves_good_and_bad_requests_in_turn(modeler: Modeler) -> None:
    for _ in range(3):
        assert modeler.ask("POST", "/nothing", body=b"x" * 100_000).status == 404
        assert modeler.deploy(WRONG).status == 400
        assert modeler.deploy(PLAIN).status == 200
    (pool,) = (CONNECTIONS.pools[key] for key in CONNECTIONS.pools.keys())  # noqa: SIM118 — no mapping
    assert pool.num_connections == 1


def test_a_file_beyond_the_limit_is_refused_in_words(
    url: str, app: Flask, settings: Settings
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = settings.max_request_bytes
    large = PLAIN + b"<!--" + b"x" * settings.max_request_bytes + b"-->"
    refused = Modeler(url, basic(OWNER)).deploy(large)
    assert json_of(refused, 413)["message"]


def test_a_deployment_needs_a_file(modeler: Modeler) -> None:
    body = b"--x\r\nContent-Disposition: form-data; name=deployment-name\r\n\r\na\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = modeler.ask("POST", "/deployment/create", headers=headers, body=body)
    assert json_of(answer, 400)["type"] == "InvalidRequestException"


def test_two_who_deploy_the_same_at_once_make_one_version(url: str, office: Office) -> None:
    def deploy(_: int) -> int:
        return Modeler(url, basic(OWNER)).deploy(PLAIN).status

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(deploy, range(4)))
    assert set(statuses) <= {200, 409}
    assert 200 in statuses
    with office.database.read() as tx:
        assert len(repository.versions(tx, "Process_1")) == 1
        kept = len(repository.deployments(tx, PageRequest()).items)
    assert kept == 1


def test_the_links_lead_to_our_own_pages(url: str) -> None:
    origin = url.removesuffix("/engine-rest")
    webapps = json_of(
        Modeler(origin).ask("GET", "/.well-known/camunda-automation-platform/webapps")
    )
    assert webapps["cockpitUrl"].startswith(origin)
    links = {
        webapps["cockpitUrl"] + "repository?deploymentsQuery=%5B%5D": "/sop",
        webapps["cockpitUrl"] + f"process-instance/{'0' * 8}-{'0000-' * 3}{'0' * 12}": "/kasus/",
        webapps["tasklistUrl"]: "/tugas",
    }
    for link, page in links.items():
        answer = Modeler("").ask("GET", link)
        assert answer.status == 302
        assert answer.headers["Location"].startswith(page)


def test_a_case_starts_with_its_variables_by_their_types(modeler: Modeler, api: Api) -> None:
    definition = definition_in(json_of(modeler.deploy(PLAIN)))
    started = json_of(
        modeler.start(
            definition["id"],
            businessKey="Surat 12",
            variables={
                "jumlah": {"value": 12, "type": "Integer"},
                "harga": {"value": 2, "type": "Double"},
                "perihal": {"value": "undangan", "type": "String"},
                "segera": {"value": True, "type": "Boolean"},
                "tanggal": {"value": "2026-11-04T23:30:00.000+0000", "type": "Date"},
                "kosong": {"value": None, "type": "Null"},
                "daftar": {"value": "[1, 2]", "type": "Json"},
                "rincian": {"value": '{"a": 1}', "type": "Object"},
                "tanpa_jenis": {"value": 7},
            },
        )
    )
    assert started == {
        "links": [],
        "id": started["id"],
        "definitionId": definition["id"],
        "businessKey": "Surat 12",
        "caseInstanceId": None,
        "ended": False,
        "suspended": False,
        "tenantId": None,
    }
    case = body_of(api.get(f"/process-instances/{started['id']}", by="supervisor"))
    assert (case["business_key"], case["started_by"]) == ("Surat 12", OWNER)


@pytest.mark.parametrize(
    "typed",
    [
        {"value": "12", "type": "Integer"},
        {"value": 2**40, "type": "Integer"},
        {"value": True, "type": "Long"},
        {"value": 1, "type": "String"},
        {"value": "ya", "type": "Boolean"},
        {"value": "besok", "type": "Date"},
        {"value": "{", "type": "Json"},
        {"value": 1, "type": "Null"},
        {"value": 1, "type": "Spin"},
        {"value": "x", "type": ["String"]},
        12,
    ],
    ids=str,
)
def test_a_variable_that_does_not_fit_its_type_is_named(modeler: Modeler, typed: object) -> None:
    definition = definition_in(json_of(modeler.deploy(PLAIN)))
    refused = modeler.start(definition["id"], businessKey="a", variables={"jumlah": typed})
    message = json_of(refused, 400)
    assert message["type"] == "InvalidRequestException"
    assert "jumlah" in message["message"]


def test_a_start_that_cannot_be_is_refused_in_words(modeler: Modeler) -> None:
    definition = definition_in(json_of(modeler.deploy(PLAIN)))
    for body in ({}, {"businessKey": " "}, {"businessKey": "a", "startInstructions": []}):
        assert json_of(modeler.start(definition["id"], **body), 400)["message"]
    for nowhere in ("bukan-uuid", "../deployment"):
        answer = modeler.start(nowhere, businessKey="a")
        assert json_of(answer, 404)["message"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    missing = modeler.start("01a204ac-53c9-745f-a154-97cd67f746e9", businessKey="a")
    assert json_of(missing, 404)["message"]


def test_a_version_that_is_not_in_force_any_more_does_not_start(modeler: Modeler) -> None:
    old = definition_in(json_of(modeler.deploy(PLAIN)))
    json_of(modeler.deploy(PLAIN.replace(b"Periksa", b"Teliti")))
    refused = json_of(modeler.start(old["id"], businessKey="a"), 409)
    assert "mengikuti versi lain" in refused["message"]


def test_a_drawing_of_the_plain_palette_deploys_with_hints_starts_and_runs(
    modeler: Modeler, api: Api
) -> None:
    hints: dict[str, Any] = body_of(
        api.call(
            "POST",
            "/process-definitions/lint",
            by=OWNER,
            data=PLAIN,
            content_type="application/xml",
        )
    )
    assert hints["deployable"]
    assert {one["severity"] for one in hints["findings"]} <= {"hint", "warning"}
    assert hints["findings"]
    definition = definition_in(json_of(modeler.deploy(PLAIN)))
    case = json_of(modeler.start(definition["id"], businessKey="Uji coba", variables=None))["id"]
    (task,) = body_of(api.get("/tasks", by="supervisor", process_instance_id=case))["items"]
    assert (
        api.post(f"/tasks/{task['id']}/assign", by="supervisor", assignee=OWNER).status_code == 200
    )
    done = body_of(api.post(f"/tasks/{task['id']}/complete", by=OWNER))
    assert done["instance_state"] == "completed"


def test_the_sop_of_the_office_deploys_unchanged_and_starts_for_a_supervisor(
    modeler: Modeler, url: str, api: Api
) -> None:
    deployed = json_of(modeler.deploy(REFERENCE, name=f"{KEY}.bpmn"))
    definition = definition_in(deployed)
    assert (definition["key"], definition["version"]) == (KEY, 1)
    assert json_of(modeler.start(definition["id"], businessKey="LAKIP"), 403)["message"]
    started = json_of(
        Modeler(url, basic("supervisor")).start(definition["id"], businessKey="LAKIP")
    )
    assert body_of(api.get(f"/process-instances/{started['id']}", by="supervisor"))["steps"]


def test_a_database_that_is_away_is_said_to_be(
    open_app: Callable[[Settings], Flask], settings: Settings
) -> None:
    away = replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    client = open_app(away).test_client()
    answer = client.get("/engine-rest/version", headers={"Authorization": basic(OWNER)})
    assert (answer.status_code, answer.json["type"]) == (503, "ProcessEngineException")  # type: ignore[index]  # it is JSON
