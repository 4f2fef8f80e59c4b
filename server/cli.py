"""The command `giliran`: what an office types. Exit status 0 done, 2 unusable arguments or settings, 1 all else."""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

LANGUAGES = ("ms", "en", "zh", "ta")
DEVICES = ("kiosk", "display", "announcer", "counter", "manager", "integration")
DISCIPLINES = ("head_start", "strict", "interleave", "first_come")
PEOPLE = ("officer", "supervisor", "manager", "admin", "auditor")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status; what went wrong is one clear line on standard error."""
    given = parser().parse_args(argv)
    if given.command in ("serve", "demo", "practice"):
        from server import runtime

        try:
            # Before anything else is imported: this decides what threading and sockets are in this process.
            runtime.prepare(_async_mode(given))
        except ValueError as error:
            print(f"giliran: {error}", file=sys.stderr)
            return 2
    from server import commands

    return commands.run(given)


def program() -> int:
    """`main` as the whole of a process."""
    if sys.argv[1:2] == ["serve"]:
        # python-socketio brings its clients along, and with them 13 MB that a server has no use for.
        sys.modules.update(dict.fromkeys(("requests", "aiohttp", "websocket")))  # type: ignore[arg-type]
    return main()


def _async_mode(given: argparse.Namespace) -> str:
    """The kind of tasks, found without importing what reads the other settings."""
    folder = given.data or Path(os.environ.get("GILIRAN_DATA", "data"))
    wanted = given.async_mode or os.environ.get("GILIRAN_ASYNC_MODE")
    if wanted:
        return str(wanted)
    try:
        told = tomllib.loads((folder / "giliran.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "eventlet"  # a file that cannot be read is named by the settings, which come next
    return str(told.get("async_mode", "eventlet"))


class OneLine(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line; `--help` says the rest."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"giliran: {message} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """Every command and option, as docs/operations.md lists them."""
    top = OneLine(prog="giliran", description="Counter queue management for public offices.")
    top.add_argument("--version", action="version", version="giliran 0.1.0")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the office's server")
    _serving(serve)
    demo = commands.add_parser("demo", help="run the server with simulated customers and officers")
    _serving(demo)
    demo.add_argument("--speed", type=float, default=10.0, help="simulated seconds a second (default 10)")
    demo.add_argument("--seed", type=int, default=1, help="the same seed is the same day")
    demo.add_argument("--minutes", type=float, default=None, help="end after so many simulated minutes")

    practice = commands.add_parser("practice", help="serve an office beside the real one, to practise in")
    practice.add_argument("--host", default=None)
    practice.add_argument("--port", type=int, default=None, help="default: the real office's and one")
    practice.add_argument("--async-mode", default=None, help=argparse.SUPPRESS)
    _data(practice)

    branch = commands.add_parser("branch", help="apply an edited branch file, or write it back")
    ways = branch.add_subparsers(dest="way", required=True, metavar="load|save")
    for way, about in (("load", "apply an edited file"), ("save", "write the branch back as a file")):
        one = ways.add_parser(way, help=about)
        one.add_argument("file", type=Path, metavar="FILE.toml")
        _data(one)

    token = commands.add_parser("token", help="tokens of devices")
    ways = token.add_subparsers(dest="way", required=True, metavar="add|list|revoke")
    add = ways.add_parser("add", help="make a token; standard output is the token alone, once")
    add.add_argument("--role", required=True, choices=DEVICES)
    add.add_argument("--name", required=True)
    add.add_argument(
        "--scope",
        action="append",
        default=[],
        help="a code of a kiosk, zone or counter, or a right of an integration; may be given again",
    )
    _data(add)
    _data(ways.add_parser("list", help="the tokens in force"))
    revoke = ways.add_parser("revoke", help="take a token's rights away")
    revoke.add_argument("id", type=int)
    _data(revoke)

    user = commands.add_parser("user", help="people who may sign in")
    ways = user.add_subparsers(dest="way", required=True, metavar="add|link")
    add = ways.add_parser("add", help="add somebody")
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True, choices=PEOPLE)
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    _data(add)
    _data(ways.add_parser("link", help="a new one-time link that sets an administrator up"))

    export = commands.add_parser(
        "export",
        help="the past as a table: one row a ticket, an entry of the journal, a call out of turn, …",
    )
    export.add_argument(
        "what",
        choices=(
            "tickets",
            "journal",
            "sounds",
            "fairness",
            "turns",
            "ratings",
            "covers",
            "recovery",
            "plays",
            "breaches",
            "disruptions",
            "charter",
            "benchmark",
        ),
    )
    export.add_argument("--from", dest="first", required=True, metavar="DATE")
    export.add_argument("--to", dest="last", required=True, metavar="DATE")
    export.add_argument("--format", choices=("csv", "xlsx", "pdf"), default="csv")
    export.add_argument("--language", choices=LANGUAGES, default="ms", help="of a page that is printed (ms)")
    export.add_argument("--legs", action="store_true", help="one row a leg")
    export.add_argument("--local", action="store_true", help="of tickets: columns by the branch's clock as well")
    export.add_argument("--out", type=Path, default=None)
    _data(export)

    replay = commands.add_parser(
        "replay", help="back-test: the wait that every ticket of a journal would have been told"
    )
    replay.add_argument("journal", type=Path, metavar="JOURNAL.csv")
    replay.add_argument(
        "--history",
        type=Path,
        action="append",
        default=[],
        metavar="JOURNAL.csv",
        help="earlier days; may be given again",
    )
    replay.add_argument(
        "--branch", type=Path, default=None, metavar="FILE.toml", help="default: the one in the data folder"
    )
    replay.add_argument("--estimates", type=Path, required=True, metavar="OUT.csv")
    replay.add_argument("--skip-bad", action="store_true", help="leave out rows that cannot be used, and count them")
    replay.add_argument("--processes", type=int, default=None, help="default: one per core, four at most")
    _data(replay)

    simulate = commands.add_parser("simulate", help="what if: past days with other counters or another discipline")
    simulate.add_argument("--branch", type=Path, default=None, metavar="FILE.toml", help="default: the office's own")
    simulate.add_argument("--journal", type=Path, nargs="+", action="extend", default=[], metavar="JOURNAL.csv",
                          help="days to play (default: the office's own journal)")  # fmt: skip
    simulate.add_argument("--history", type=Path, nargs="+", action="extend", default=[], metavar="JOURNAL.csv",
                          help="earlier days, to learn from")  # fmt: skip
    simulate.add_argument("--from", dest="first", default=None, metavar="DATE", help="default: the last five days")
    simulate.add_argument("--to", dest="last", default=None, metavar="DATE")
    simulate.add_argument("--open", action="append", default=[], metavar="K8@10:00[-15:00]",
                          help="one counter more; a new one with what it does: K9:A,F@10:00")  # fmt: skip
    simulate.add_argument("--close", action="append", default=[], metavar="K3@12:00", help="a counter that goes home")
    simulate.add_argument("--discipline", choices=DISCIPLINES, default=None)
    simulate.add_argument("--guard", type=int, default=None, metavar="N")
    simulate.add_argument("--guard-after", type=float, default=None, metavar="MINUTES")
    simulate.add_argument("--head-start", type=float, default=None, metavar="MINUTES")
    simulate.add_argument("--seed", type=int, default=0)
    simulate.add_argument("--format", choices=("table", "json"), default="table")
    simulate.add_argument("--out", type=Path, default=None, metavar="FILE.csv", help="the table as a file as well")
    _data(simulate)

    plan = commands.add_parser("plan", help="counters needed, half hour by half hour, on each day of a week")
    plan.add_argument("--week", default=None, metavar="DATE", help="a day of it (default: the next week)")
    plan.add_argument("--branch", type=Path, default=None, metavar="FILE.toml", help="default: the office's own")
    plan.add_argument("--history", type=Path, nargs="+", action="extend", default=[], metavar="JOURNAL.csv",
                      help="learn from these instead of the office's own journal")  # fmt: skip
    _data(plan)

    speak = commands.add_parser("speak", help="the announcement of one call as a sound file")
    speak.add_argument("number")
    speak.add_argument("counter")
    speak.add_argument("--language", choices=LANGUAGES, default="ms")
    speak.add_argument("--out", type=Path, required=True)
    speak.add_argument("--data", type=Path, default=None, metavar="DIR", help="with the recordings of this data folder")

    voice = commands.add_parser("voice", help="calls in a person's voice: what to record, and taking it in")
    ways = voice.add_subparsers(dest="way", required=True, metavar="script|check|install|remove")
    for way, about in (
        ("script", "the lines to read out, as a table: file, text, a call in which it is heard"),
        ("check", "whether the recordings in a folder can be played, and which are missing"),
        ("install", "check them and speak with them from the next call on, in place of those before"),
        ("remove", "speak with the computer's own voice again"),
    ):
        one = ways.add_parser(way, help=about)
        one.add_argument("--language", choices=LANGUAGES, required=True)
        if way == "script":
            one.add_argument("--out", type=Path, default=None, metavar="FILE.csv")
        elif way != "remove":
            one.add_argument("folder", type=Path, metavar="FOLDER")
        _data(one)

    _data(commands.add_parser("verify", help="prove the journal: hash chain, conservation, every measure"))
    retention = commands.add_parser(
        "retention", help="remove the records of days older than the branch's file wants them kept; figures stay"
    )
    retention.add_argument("--dry-run", action="store_true", help="say what would go, and remove nothing")
    _data(retention)
    clock = commands.add_parser("clock", help="go on although the clock is behind the journal")
    ways = clock.add_subparsers(dest="way", required=True, metavar="accept")
    _data(ways.add_parser("accept", help="the clock was wrong and is right now: go on, slowed until it has caught up"))
    for name, about in (("backup", "copy the database to a file"), ("restore", "put a copy back")):
        one = commands.add_parser(name, help=about)
        one.add_argument("file", type=Path)
        _data(one)
    return top


def _data(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--data", type=Path, default=None, metavar="DIR", help="the data folder (default: GILIRAN_DATA, else ./data)"
    )
    one.add_argument(
        "--database", default=None, metavar="URL", help="the database, where it is not SQLite in the folder"
    )


def _serving(one: argparse.ArgumentParser) -> None:
    _data(one)
    one.add_argument("--host", default=None)
    one.add_argument("--port", type=int, default=None)
    one.add_argument("--branch", type=Path, default=None, metavar="FILE.toml", help="the branch, on the first start")
    one.add_argument("--redis", default=None, metavar="URL")
    one.add_argument("--processes", type=int, default=None)
    one.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    one.add_argument("--async-mode", dest="async_mode", choices=("eventlet", "gevent", "threading"), default=None)


if __name__ == "__main__":
    sys.exit(program())
