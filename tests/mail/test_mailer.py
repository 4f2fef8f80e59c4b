"""Letters go out through a real mail server: each once, in the office's words, and again where it was not taken."""

from __future__ import annotations

import hashlib
import ssl
from asyncio import Server
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from server.domain.quarter import quarter_named
from server.mail.mailer import COMMAND, Carrier, Mailer
from server.paperwork import Pack
from server.reports import archive
from sql.mails import SqlMails
from sql.packs import SqlPacks
from tests.builders import AnOffice, FakeClock, a_branch
from tests.stores import a_database, founded

ABOUT = {"what": "due", "quarter": "2026-Q1", "due_on": "2026-04-30"}
PASSWORD = "rahsia pejabat"
CHIEF = "ketua@pejabat.my"


@dataclass
class APostOffice:
    """A mail server's memory; `says` is what it answers to each of the next letters, before it takes all others."""

    letters: list[EmailMessage] = field(default_factory=list)
    says: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.says:
            return self.says.pop(0)
        found = message_from_bytes(envelope.content, policy=default)
        assert isinstance(found, EmailMessage)
        self.letters.append(found)
        return "250 taken"


def is_known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = (data.login, data.password) == (b"giliran", PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


class AServer(Controller):
    """On whatever port is free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@dataclass
class APost:
    office: AnOffice
    mails: SqlMails
    packs: SqlPacks
    folder: Path
    at: APostOffice
    mailer: Mailer
    news: list[int] = field(default_factory=list)


@pytest.fixture
def certificates(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return context, path


@pytest.fixture(params=["starttls"])
def post(request: pytest.FixtureRequest, tmp_path: Path, certificates: tuple[ssl.SSLContext, Path]) -> Iterator[APost]:
    context, authority = certificates
    security = request.param
    at = APostOffice()
    known: dict[str, Any] = {"authenticator": is_known, "auth_required": True, "auth_require_tls": True}
    how: dict[str, Any] = {
        "starttls": {"tls_context": context, "require_starttls": True, **known}, "tls": {"ssl_context": context},
        "none": {},
    }[security]  # fmt: skip
    server = AServer(at, hostname="127.0.0.1", port=0, **how)
    server.start()
    branch = a_branch("AF")
    child = Carrier(COMMAND)
    try:
        with a_database(f"sqlite:///{tmp_path}/office.db") as engine:
            office = AnOffice(founded(engine, branch), FakeClock())
            mails, packs = SqlMails(engine, branch.code), SqlPacks(engine, branch.code)
            where = {
                "host": "127.0.0.1", "port": server.port, "security": security,
                "user": "giliran" if security == "starttls" else "", "password": PASSWORD,
                "certificates": str(authority),
                "sender": "giliran@pejabat.my",
            }  # fmt: skip
            news: list[int] = []
            mailer = Mailer(
                office.office, mails, packs, child, where, "https://q.example", tmp_path / "packs", "ms",
                lambda: news.append(1),
            )  # fmt: skip
            yield APost(office, mails, packs, tmp_path / "packs", at, mailer, news)
    finally:
        child.close()
        server.stop()


@pytest.mark.parametrize("post", ["starttls", "tls", "none"], indirect=True)
def test_a_letter_arrives_once_in_the_offices_words(post: APost) -> None:
    assert post.mails.put("due:2026-Q1", CHIEF, ABOUT, post.office.clock.now())
    assert not post.mails.put("due:2026-Q1", CHIEF, ABOUT, post.office.clock.now())

    while post.mailer.step():
        pass
    post.office.clock.advance(minutes=600)
    post.mailer.step()

    (letter,) = post.at.letters
    assert (letter["From"], letter["To"]) == ("giliran@pejabat.my", CHIEF)
    assert "laporan suku tahunan 2026-Q1 perlu dikeluarkan sebelum 30/04/2026" in letter["Subject"]
    text = letter.get_body()
    assert text is not None
    assert "https://q.example/manage/charter/improve" in text.get_content()
    assert post.mails.unsent() == []
    assert post.mailer.figures == {"failing": 0, "fault": ""}


def test_what_is_not_taken_is_tried_again_and_the_managers_are_told(post: APost) -> None:
    post.at.says = ["451 try again later", "451 try again later"]
    post.mails.put("due:2026-Q1", CHIEF, ABOUT, post.office.clock.now())

    post.mailer.step()
    assert post.mailer.figures == {"failing": 1, "fault": "451 try again later"}
    post.mailer.step()
    assert len(post.at.says) == 1  # not before its time
    post.office.clock.advance(minutes=1)
    post.mailer.step()
    post.office.clock.advance(minutes=1)
    post.mailer.step()
    assert post.at.letters == []
    post.office.clock.advance(minutes=1)
    post.mailer.step()

    assert len(post.at.letters) == 1
    assert post.mailer.figures["failing"] == 0
    assert len(post.news) == 2


def test_what_is_refused_for_good_is_given_up_and_told(post: APost) -> None:
    post.at.says = ["554 no such thing here"]
    post.mails.put("due:2026-Q1", CHIEF, ABOUT, post.office.clock.now())

    post.mailer.step()
    post.office.clock.advance(minutes=600)
    post.mailer.step()

    assert (post.at.letters, post.at.says) == ([], [])
    assert post.mailer.figures == {"failing": 1, "fault": "554 no such thing here"}


def test_two_processes_send_a_letter_once(post: APost) -> None:
    post.mails.put("due:2026-Q1", CHIEF, ABOUT, post.office.clock.now())
    (mail,) = post.mails.unsent()

    assert post.mails.claim(mail, post.office.clock.now(), timedelta(minutes=3))

    assert not post.mails.claim(mail, post.office.clock.now(), timedelta(minutes=3))
    post.mailer.step()
    assert post.at.letters == []
    post.office.clock.advance(minutes=4)  # the other was killed in the middle of it
    post.mailer.step()
    assert len(post.at.letters) == 1


def test_an_issued_report_comes_with_its_pages(post: APost) -> None:
    quarter = quarter_named("2026-Q1")
    made = [(archive.file_of(f"quarter-2026-Q1-{tongue}", "pdf", content), content)
            for tongue, content in (("ms", b"%PDF Malay"), ("en", b"%PDF English"))]  # fmt: skip
    archive.write(post.folder, made)
    post.packs.keep(Pack(quarter, post.office.clock.now(), date(2026, 4, 30), {}))
    post.packs.issue(quarter, "Salmah", post.office.clock.now(), [file for file, _ in made])
    post.mails.put("issued:2026-Q1", CHIEF, ABOUT | {"what": "issued"}, post.office.clock.now())

    post.mailer.step()

    (letter,) = post.at.letters
    (attached,) = letter.iter_attachments()
    assert attached.get_content() == b"%PDF Malay"
    assert hashlib.sha256(attached.get_content()).hexdigest()[:12] in (attached.get_filename() or "")


def test_a_server_whose_certificate_nobody_vouches_for_gets_neither_password_nor_letter(post: APost) -> None:
    post.mailer._server["certificates"] = ""
    post.mails.put("due:2026-Q1", CHIEF, ABOUT, post.office.clock.now())

    post.mailer.step()

    assert post.at.letters == []
    assert "CERTIFICATE_VERIFY_FAILED" in post.mailer.figures["fault"]


def test_a_wrong_password_is_told_and_never_shown(post: APost) -> None:
    post.mailer._server["password"] = "salah belaka"
    post.mails.put("due:2026-Q1", CHIEF, ABOUT, post.office.clock.now())

    post.mailer.step()

    assert post.mailer.figures["failing"] == 1
    assert post.mailer.figures["fault"].startswith("535")
    assert "salah" not in post.mailer.figures["fault"]


def test_a_mail_server_that_is_away_is_told(post: APost) -> None:
    post.mailer._server["port"] = 1
    post.mails.put("due:2026-Q1", CHIEF, ABOUT, post.office.clock.now())

    post.mailer.step()

    assert "refused" in post.mailer.figures["fault"]
