"""The OpenAPI document cannot lie: it is valid, it names every route, and no request finds an answer outside it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis

from tests.servers import ROOT, RunningOffice, a_running_office, clean_environment
from tests.web.conftest import OfficeServer

pytestmark = pytest.mark.slow

CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "503"]

# an export is a process of its own: one of each is enough to hold it against the document
[[operations]]
include-path-regex = "/api/v1/exports/"
generation.max-examples = 1
"""


@pytest.fixture(scope="module")
def document(the_office: OfficeServer) -> dict[str, Any]:
    answer = the_office.caller().get("/openapi.json")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.get_json()
    return told


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()


def test_every_route_of_the_api_is_in_the_document(the_office: OfficeServer, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:int:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in the_office.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert {(path, method) for path, method, _ in operations(document)} == routes


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(re.findall(r"'\$ref': '#/([^']+)'", str(document))):
        found: Any = document
        for step in reference.split("/"):
            found = found[step]


def test_every_operation_says_who_may_what_it_is_and_how_it_refuses(document: dict[str, Any]) -> None:
    names = []
    for path, method, operation in operations(document):
        names.append(operation["operationId"])
        assert operation["summary"], path
        assert operation["tags"], path
        assert [set(one) for one in operation["security"]][-2:] == [{"device"}, {"person"}], path
        for status in ("400", "401", "403", "404", "409", "413", "415", "422", "429", "503"):
            assert set(operation["responses"][status]["content"]) == {"application/problem+json"}, (path, method)
        parameters = [parameter.get("$ref", "") for parameter in operation.get("parameters", [])]
        assert ("#/components/parameters/IdempotencyKey" in parameters) is (method == "post"), path

    assert len(names) == len(set(names))


def test_only_the_queues_and_the_charter_need_no_token(document: dict[str, Any]) -> None:
    public = {path for path, _, operation in operations(document) if {} in operation["security"]}
    assert public == {"/api/v1/queues", "/api/v1/charter"}


@pytest.fixture(scope="module")
def a_busy_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with a_running_office(tmp_path_factory.mktemp("fuzzed")) as office:
        office.add_person("Aminah", "officer")
        kiosk, counter = office.caller("kiosk"), office.caller("counter")
        for service in "AFHJ" * 5:
            kiosk.post("/tickets", {"service": service})
        counter.post("/counters/K1/open")
        yield office


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "phases", "examples"),
    [
        ("admin", "examples,coverage,fuzzing", 2),
        ("counter", "examples,fuzzing,stateful", 8),
        ("kiosk", "examples,fuzzing,stateful", 8),
        ("manager", "examples,fuzzing", 5),
        ("integration", "examples,fuzzing", 5),
    ],
)
def test_no_request_finds_a_fault_or_an_answer_outside_the_document(
    a_busy_office: RunningOffice, tmp_path: Path, role: str, phases: str, examples: int
) -> None:
    scope = ["issue", "ticket", "leave", "counter", "close_day", "export"] if role == "integration" else []
    asker = a_busy_office.caller(role, scope)
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)

    told = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "--config-file", str(config), "run",
         f"{a_busy_office.url}/api/v1/openapi.json", "-H", f"Authorization: Bearer {asker.token}",
         "--checks", "all", "--phases", phases, "--max-examples", str(examples), "--seed", "20260302",
         "--warnings", "off", "--no-color", "--generation-database", "none",
         "--request-timeout", "30"],  # an export begins with a process, and is nice to everybody
        cwd=tmp_path, env=clean_environment() | {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": HOOKS},
        capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip

    assert told.returncode == 0, f"{told.stdout}\n{told.stderr}\n{a_busy_office.log}"
    assert " failed" not in told.stdout
    assert "Traceback" not in a_busy_office.log


HOOKS = "tests.web.schemathesis_checks"
