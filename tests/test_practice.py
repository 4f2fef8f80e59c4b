"""An office to practise in is made beside the real one, and neither ever becomes the other (X12)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.branch_file import EXAMPLE, parse
from config.phrases import LANGUAGES, say
from config.settings import Settings, load
from server.actions.load_branch import branch_of
from server.domain.announcement import Call, spoken
from server.office_folder import NotUsable, find_folder, open_folder
from server.practice import FILE, practice_settings, practice_text, prepare
from server.serving import SpokenHere
from sql.plan import replace_plan, saved_plan

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
REAL = EXAMPLE.read_text(encoding="utf-8")
BUSY = REAL + '\n[[hours]]\ndays = "mon-fri"\nopen = [["08:00", "17:00"]]\n'


def real_office(folder: Path, text: str = REAL) -> Settings:
    settings = load(folder)
    file = folder.parent / "office.toml"
    file.write_text(text, encoding="utf-8")
    open_folder(settings, file).engine.dispose()
    return settings


def test_it_has_the_real_office_s_services_and_its_own_name_and_is_always_open() -> None:
    file, real = parse(practice_text(BUSY)), parse(BUSY)

    assert (file.services, file.counters, file.zones) == (real.services, real.counters, real.zones)
    assert (file.branch.code, file.branch.practice, file.hours, file.join.enabled) == ("KL01-LATIHAN", True, (), False)
    assert file.branch.name["ms"] == "LATIHAN · Kaunter Utama"
    assert practice_text(BUSY).count("#") == REAL.count("#")


def test_it_is_made_in_a_folder_of_its_own_and_follows_the_real_office(tmp_path: Path) -> None:
    settings = real_office(tmp_path / "data")
    practice = practice_settings(settings)
    elsewhere = practice_settings(settings.model_copy(update={"database": "postgresql+psycopg://real"}))
    assert elsewhere.database_url == practice.database_url != settings.database_url
    assert (practice.port, practice.data) == (settings.port + 1, settings.data / "practice")

    file = prepare(settings, practice, NOW)

    assert file == practice.data / FILE
    opened = open_folder(practice, file)
    assert opened.branch == "KL01-LATIHAN"
    real = find_folder(settings)
    replace_plan(real.engine, real.branch, parse(REAL.replace("minutes = 6", "minutes = 8")), NOW)
    assert prepare(settings, practice, NOW) is None
    assert parse(saved_plan(opened.engine, opened.branch)).services[0].minutes == 8
    assert not parse(saved_plan(real.engine, real.branch)).branch.practice
    for one in (opened, real):
        one.engine.dispose()


def test_a_folder_with_a_real_office_is_never_practised_in(tmp_path: Path) -> None:
    settings = load(tmp_path / "nothing")
    inner = practice_settings(settings)
    inner.data.mkdir(parents=True)
    open_folder(inner).engine.dispose()

    with pytest.raises(NotUsable, match="holds a real office"):
        prepare(settings, inner, NOW)


def test_neither_becomes_the_other(tmp_path: Path) -> None:
    settings = real_office(tmp_path / "data")
    office = find_folder(settings)
    pretending = parse(REAL.replace("digits = 3", "practice = true\ndigits = 3"))

    with pytest.raises(ValueError, match="for practice stays one"):
        replace_plan(office.engine, office.branch, pretending, NOW)

    assert saved_plan(office.engine, office.branch) == REAL
    office.engine.dispose()


def test_the_voice_says_it_before_everything() -> None:
    words = SpokenHere(lambda: branch_of(parse(practice_text(REAL))))
    real = SpokenHere(lambda: branch_of(parse(REAL)))

    for language in LANGUAGES:
        said = [part.text for part in spoken(Call("A012", "3"), language, words[language])]
        assert said[0] == say("practice.said", language)
        assert said[1:] == [part.text for part in spoken(Call("A012", "3"), language, real[language])]
