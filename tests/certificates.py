"""An authority of a test's own, and servers that show its certificates on loopback.

authority = an_authority(tmp_path)
context = authority.server("localhost")          # for ssl: a certificate for this name, signed by the authority
authority.file                                   # what a client must trust to believe it
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Authority:
    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def file(self) -> Path:
        return self.folder / "authority.pem"

    def server(self, name: str) -> ssl.SSLContext:
        """For a server of this host name or address."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            known_as: x509.GeneralName = x509.IPAddress(ip_address(name))
        except ValueError:
            known_as = x509.DNSName(name)
        made = _begun(name, key.public_key(), self.certificate.subject)
        made = made.add_extension(x509.SubjectAlternativeName([known_as]), critical=False)
        made = made.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
        )
        signed = made.sign(self.key, hashes.SHA256())
        file = self.folder / f"{name}.pem"
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def an_authority(folder: Path) -> Authority:
    """Its own certificate lies in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an office's own authority")])
    made = _begun(name, key.public_key(), name)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made = made.add_extension(_usage(), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    authority = Authority(folder, key, made.sign(key, hashes.SHA256()))
    authority.file.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    return authority


def _begun(
    subject: str | x509.Name, key: ec.EllipticCurvePublicKey, issuer: x509.Name
) -> x509.CertificateBuilder:  # fmt: skip
    if isinstance(subject, str):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    made = made.serial_number(x509.random_serial_number())
    return made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
