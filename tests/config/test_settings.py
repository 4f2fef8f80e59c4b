"""A server starts with settings that make sense, or says which one does not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from config.settings import DEFAULTS, Settings, SettingsError, load

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"GILIRAN_{name.upper()}", raising=False)


def the_refusal(data: Path, **given: object) -> str:
    with pytest.raises(SettingsError) as refusal:
        load(data, **given)
    return str(refusal.value)


def test_the_manual_holds_every_setting_and_no_other() -> None:
    assert set(tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))) == set(Settings.model_fields)


def test_the_manual_says_something_about_every_setting_or_about_the_one_before_it() -> None:
    lines = DEFAULTS.read_text(encoding="utf-8").splitlines()
    silent = [line for line in lines if re.match(r"\w+ = ", line) and "#" not in line]

    assert silent == ["ping_timeout = 8.0", "pairing_per_minute = 10"]


def test_no_setting_is_without_effect() -> None:
    folders = ("server", "sql", "kiosk", "display", "counter_terminal")
    programs = [
        path for folder in folders for ending in ("py", "html") for path in (ROOT / folder).rglob(f"*.{ending}")
    ]
    read = {name for path in programs for name in re.findall(r"\.(\w+)", path.read_text(encoding="utf-8"))}

    assert sorted(set(Settings.model_fields) - read) == []


def test_the_settings_come_in_the_order_of_the_manual() -> None:
    assert list(tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))) == list(Settings.model_fields)


def test_without_a_word_from_anybody_the_defaults_hold(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert (settings.host, settings.port, settings.heartbeat) == ("127.0.0.1", 8000, 5.0)
    assert settings.database_url == f"sqlite:///{tmp_path}/giliran.sqlite3"


def test_the_data_folder_may_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GILIRAN_DATA", str(tmp_path))

    assert load().data == tmp_path


def test_the_command_line_beats_the_environment_which_beats_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "giliran.toml").write_text('port = 1001\nvoice = "off"\nheartbeat = 4\n')
    monkeypatch.setenv("GILIRAN_PORT", "1002")
    monkeypatch.setenv("GILIRAN_VOICE", "chime")

    settings = load(tmp_path, port=1003, redis=None)

    assert (settings.port, settings.voice, settings.heartbeat) == (1003, "chime", 4.0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"port": 70000}, "--port: is 70000: must be at most 65535"),
        ({"port": "http"}, "--port: must be a whole number"),
        ({"processes": 0}, "--processes: is 0: must be at least 1"),
        ({"processes": 2}, "processes: more than one need a PostgreSQL database"),
        ({"database": "mysql://root@host/x"}, "--database: must be empty, or begin with postgresql+psycopg://"),
        ({"redis": "host:6379"}, "--redis: must be empty, or begin with redis://"),
        ({"async_mode": "eventlett"}, 'did you mean "eventlet"?'),
        ({"heartbeat": 20.0}, "--heartbeat: is 20.0: must be at most 8"),
        ({"heartbeat": float("nan")}, "--heartbeat: "),
        ({"public_url": "giliran.example.my"}, "--public-url: "),
        ({"prot": 8000}, "prot"),
    ],
)
def test_an_impossible_value_stops_the_start_and_names_the_key(
    tmp_path: Path, given: dict[str, object], said: str
) -> None:
    assert said in the_refusal(tmp_path, **given)


def test_a_wrong_value_in_the_environment_is_named_as_it_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GILIRAN_PORT", "eight thousand")

    assert the_refusal(tmp_path) == "GILIRAN_PORT: must be a whole number"


def test_a_misspelt_variable_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GILIRAN_PROT", "8001")

    assert the_refusal(tmp_path) == ('GILIRAN_PROT: unknown setting in the environment; did you mean "GILIRAN_PORT"?')


@pytest.mark.parametrize("name", ["GILIRAN_LAB", "GILIRAN_TOKEN", "GILIRAN_TEST_POSTGRES"])
def test_a_variable_that_speaks_to_others_is_no_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "whatever")

    assert load(tmp_path).port == 8000


def test_the_folder_s_file_is_refused_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "giliran.toml"
    path.write_text('voice = "off"\nprot = 1\nport = "8000"\ndata = "elsewhere"\n')

    assert the_refusal(tmp_path).splitlines() == [
        f'{path}:2: prot: unknown setting; did you mean "port"?',
        f"{path}:3: port: must be a whole number",
        f"{path}:4: data: cannot be set in the folder that it names: use --data or GILIRAN_DATA",
    ]


def test_a_span_in_the_folder_s_file_may_be_whole_or_not(tmp_path: Path) -> None:
    (tmp_path / "giliran.toml").write_text("idle_minutes = 7.5\nheartbeat = 4\n")

    assert (load(tmp_path).idle_minutes, load(tmp_path).heartbeat) == (7.5, 4.0)


def test_a_folder_s_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "giliran.toml").write_text("port: 8000\n")

    assert "giliran.toml: is not TOML" in the_refusal(tmp_path)


def test_a_password_in_an_address_is_not_printed(tmp_path: Path) -> None:
    settings = load(tmp_path, database="postgresql://giliran:s3cret@127.0.0.1/q", redis="redis://:s3cret@host/0")

    assert settings.database_url == "postgresql+psycopg://giliran:s3cret@127.0.0.1/q"
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in the_refusal(tmp_path, database="mysql://giliran:s3cret@host/q")
