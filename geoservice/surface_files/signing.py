"""Signatures of surface files: Ed25519 (RFC 8032). Public keys are text, ``ed25519:`` and 64 hexadecimal digits."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_BYTES = 64
PREFIX = "ed25519:"
KEY_PATTERN = rf"^{PREFIX}[0-9a-f]{{64}}$"


def public_key(seed: bytes) -> str:
    """Return the public key of a private one, the 32 bytes of a register's folder.

    >>> public_key(bytes(32))
    'ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29'
    """
    return PREFIX + Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the signature of a message; the same key and message always give the same one."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def is_signed(key: str, message: bytes, signature: bytes) -> bool:
    """Return whether the owner of a public key has signed a message."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.removeprefix(PREFIX))).verify(signature, message)
    except (InvalidSignature, ValueError):  # ValueError: no point of the curve has this key
        return False
    return True
