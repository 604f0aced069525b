"""Who vouches for signatures: an authority names the signer of the company and of each person.

The product brings its own authority: a root certificate made once for the installation, whose key lies in
the data directory (`signing/root.pem`, readable by its owner only, never in the database). The company's
seal key lies beside it. A person has no key: who accepts proves who he is by signing in again, and gets a
certificate for this one signature, whose key is thrown away with it (as the one-time certificates of
licensed authorities do). A licensed authority takes the place of our own by `QUYU_SIGNING_AUTHORITY`,
the dotted name of a class with these three methods.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.module_loading import import_string

from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]
    from asn1crypto import x509 as asn1_x509
    from pyhanko.sign import signers
    from pyhanko_certvalidator import registry
else:
    asn1_keys = deferred("asn1crypto.keys")
    asn1_x509 = deferred("asn1crypto.x509")
    signers = deferred("pyhanko.sign.signers")
    registry = deferred("pyhanko_certvalidator.registry")

ROOT_FILE, SEAL_FILE = "root.pem", "seal.pem"
SEAL_CODE = "seal"
"""What stands for the number of a person in the certificate of the company."""
YEARS = 30
ONE_TIME = timedelta(hours=1)
"""How long the certificate of one acceptance lasts; a signature is judged at its own moment."""


@dataclass(frozen=True)
class Signatory:
    """A person for whom a signature is made: name and number as the document shows them."""

    name: str
    code: str


class Authority(Protocol):
    """What a document asks of whoever vouches for signatures."""

    def seal(self, company: str, *, at: datetime) -> signers.Signer:
        """The signer of the company."""

    def personal(self, signatory: Signatory, *, at: datetime) -> signers.Signer:
        """The signer of one acceptance of one person who has just proved who he is."""

    def roots(self) -> list[asn1_x509.Certificate]:
        """The certificates a check trusts."""


def authority() -> Authority:
    """The authority of this installation."""
    made: Authority = import_string(settings.SIGNING_AUTHORITY)()
    return made


@dataclass(frozen=True)
class _Identity:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)

    @classmethod
    def from_pem(cls, stored: bytes) -> _Identity:
        key = load_pem_private_key(stored, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the signing key must be an elliptic curve key")
        return cls(key, x509.load_pem_x509_certificate(stored))


class OwnAuthority:
    """The authority an installation is for itself."""

    def seal(self, company: str, *, at: datetime) -> signers.Signer:
        root = self._root(at)
        issued = (at - timedelta(1), at + timedelta(365 * YEARS))
        seal = _kept(SEAL_FILE, lambda: _issued(_subject(company, SEAL_CODE), root, *issued))
        return _signer(seal, root)

    def personal(self, signatory: Signatory, *, at: datetime) -> signers.Signer:
        root = self._root(at)
        subject = _subject(signatory.name, signatory.code)
        return _signer(_issued(subject, root, at - timedelta(minutes=5), at + ONE_TIME), root)

    def roots(self) -> list[asn1_x509.Certificate]:
        path = _folder() / ROOT_FILE
        return [_asn1(_Identity.from_pem(path.read_bytes()).certificate)] if path.exists() else []

    def _root(self, at: datetime) -> _Identity:
        return _kept(ROOT_FILE, lambda: _self_signed(at))


def _folder() -> Path:
    return Path(settings.QUYU_HOME) / "signing"


def _kept(name: str, make: Callable[[], _Identity]) -> _Identity:
    """The stored identity, made when there is none; a second process that makes one meanwhile takes the first."""
    path = _folder() / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = path.with_name(f".{uuid.uuid4().hex}.tmp")
        made.touch(mode=0o600)
        made.write_bytes(make().pem())
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return _Identity.from_pem(path.read_bytes())


def _subject(name: str, code: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64] or "Quyu"),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, code[:64]),
        ]
    )


def _self_signed(at: datetime) -> _Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject("Quyu installation", uuid.uuid4().hex)
    # Trials and the demo sign on past days: the root is older than any of them.
    first, last = datetime(2000, 1, 1, tzinfo=UTC), at + timedelta(365 * YEARS)
    builder = _builder(subject, subject, key, first, last)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(certifies=True), critical=True)
    return _Identity(key, builder.sign(key, hashes.SHA256()))


def _issued(subject: x509.Name, root: _Identity, first: datetime, last: datetime) -> _Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(subject, root.certificate.subject, key, first, last)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(certifies=False), critical=True)
    return _Identity(key, builder.sign(root.key, hashes.SHA256()))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, first: datetime, last: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
    )


def _usage(*, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certifies,
        content_commitment=not certifies,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _signer(identity: _Identity, root: _Identity) -> signers.Signer:
    der = identity.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = registry.SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(_asn1(root.certificate))
    return signers.SimpleSigner(
        signing_cert=_asn1(identity.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(der),
        cert_registry=store,
    )
