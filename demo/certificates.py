"""Makes keys and certificates as a signer of Alexa's has them, for stand-ins that nobody else believes."""

from datetime import datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import (
    AuthorityKeyIdentifier,
    BasicConstraints,
    Certificate,
    CertificateBuilder,
    DNSName,
    ExtendedKeyUsage,
    KeyUsage,
    Name,
    NameAttribute,
    SubjectAlternativeName,
    SubjectKeyIdentifier,
    random_serial_number,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@cache
def key_of(owner: str) -> rsa.RSAPrivateKey:  # noqa: ARG001 - the cache knows whose it is
    """Return the private key of somebody, made on first use and never written down."""
    return rsa.generate_private_key(65537, 2048)


def certificate(
    owner: str,
    issuer: str,
    begins: datetime,
    ends: datetime,
    dns: str = "",
    public: PublicKey | None = None,
) -> Certificate:
    """Return a certificate that `issuer` gave `owner`: for a server with a name, else for another authority."""
    public = public or key_of(owner).public_key()
    builder = (
        CertificateBuilder()
        .subject_name(_name(owner))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(BasicConstraints(ca=not dns, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=not dns), critical=True)
        .add_extension(SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(AuthorityKeyIdentifier.from_issuer_public_key(key_of(issuer).public_key()), critical=False)
    )
    if dns:
        builder = builder.add_extension(SubjectAlternativeName([DNSName(dns)]), critical=False)
        builder = builder.add_extension(ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(key_of(issuer), SHA256())


def _name(owner: str) -> Name:
    return Name([NameAttribute(NameOID.COMMON_NAME, owner)])


def _usage(signs_certificates: bool) -> KeyUsage:
    return KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
