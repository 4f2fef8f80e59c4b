"""Another branch's file beside one's own figures, by the API."""

from __future__ import annotations

from tests.web.conftest import OfficeServer, refusal
from tests.web.test_history import a_day_that_is_over

__all__ = ["a_day_that_is_over"]

DAYS = {"from": "2026-03-02", "to": "2026-03-02"}


def test_a_branch_that_reads_its_own_file_sees_itself_twice(a_day_that_is_over: OfficeServer) -> None:
    asker = a_day_that_is_over.caller("manager")
    file = asker.get("/exports/benchmark.csv?from=2026-03-02&to=2026-03-02")

    told = asker.post("/history/compare", DAYS | {"file": file.text}).get_json()

    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["own"] for row in told["rows"]] == [row["other"] for row in told["rows"]]
    assert {row["figure"] for row in told["rows"]} >= {"wait_to_call.p50", "no_show"}
    assert (told["other_from"], told["other_to"]) == ("2026-03-02", "2026-03-02")


def test_a_file_with_a_fault_is_refused_with_its_line(office: OfficeServer) -> None:
    text = "figure,unit,n,value\ngiliran_benchmark_1,,,\nfrom,date,,2026-03-02\nto,date,,soon\n"

    told = refusal(office.caller("manager").post("/history/compare", DAYS | {"file": text}), 422, "benchmark_unfit")

    assert (told["line"], told["what"]) == (4, "date")
