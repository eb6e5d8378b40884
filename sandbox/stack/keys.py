"""The key pair of this run: NetSuite knows the public half, the account's secret holds the other."""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """PEM texts. NetSuite takes RSA of 3072 or 4096 bits. Source: Oracle section_162686838198"""

    private: str = field(repr=False)
    public: str

    def write_public(self, folder: Path) -> Path:
        path = folder / "public-key.pem"
        path.write_text(self.public, encoding="ascii")
        return path


def make_key_pair() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private.decode("ascii"), public.decode("ascii"))
