"""Sealing: opens for the right key at the right place only, in a format that stays readable."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.vault.encryption import (
    OVERHEAD,
    CannotOpen,
    EncryptionContext,
    Vault,
    decode_key,
    encode_key,
    fingerprint,
    new_contact_key,
    new_pair,
    seal,
    unseal,
)

PLACE = EncryptionContext("desk", "message", "k3n8", "content")
texts = st.text(max_size=200)


@given(st.binary(max_size=2000))
def test_what_is_sealed_opens_for_its_owner(text: bytes) -> None:
    pair = new_pair()
    sealed = seal(pair.public, PLACE, text)
    assert unseal(pair.private, PLACE, sealed) == text
    assert len(sealed) == len(text) + OVERHEAD
    assert sealed != seal(pair.public, PLACE, text)


@given(texts, texts, texts, texts)
def test_two_places_never_share_an_info(table: str, item_class: str, item_id: str, attribute: str) -> None:
    place = EncryptionContext(table, item_class, item_id, attribute)
    for other in (
        EncryptionContext(table + item_class, "", item_id, attribute),
        EncryptionContext(table, item_class + "x", item_id, attribute),
        EncryptionContext(table, item_class, item_id + attribute, ""),
    ):
        assert (place.info() == other.info()) == (place == other)


@pytest.mark.parametrize("field", ["table", "item_class", "item_id", "attribute"])
def test_a_ciphertext_moved_elsewhere_does_not_open(field: str) -> None:
    pair = new_pair()
    elsewhere = PLACE._replace(**{field: "other"})
    with pytest.raises(CannotOpen):
        unseal(pair.private, elsewhere, seal(pair.public, PLACE, b"salem"))


def test_another_key_a_damaged_value_and_another_format_do_not_open() -> None:
    pair = new_pair()
    sealed = seal(pair.public, PLACE, b"salem")
    damaged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for private, value in ((new_pair().private, sealed), (pair.private, damaged), (pair.private, b"\x02" + sealed[1:]),
                           (pair.private, b""), (pair.private, sealed[:20])):  # fmt: skip
        with pytest.raises(CannotOpen):
            unseal(private, PLACE, value)


def test_a_value_sealed_by_the_first_release_still_opens() -> None:
    private = bytes(range(32))
    sealed = bytes.fromhex(FIRST_RELEASE)
    assert unseal(private, PLACE, sealed) == "Сәлеметсіз бе".encode()


FIRST_RELEASE = (
    "01ef70a198d53eb23df4457b31458c1b319005fd9543c5f10a995e8aea27f6f67a274a4680"
    "b8c4a538d5d78fb7b574d3ff3609fe49d40ff892fceddc9d146f4ed1748a8df764fd3c64ce"
)


def _extract(salt: bytes, key: bytes) -> bytes:
    return hmac.new(salt or bytes(32), key, hashlib.sha256).digest()


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return hmac.new(key, info + b"\x01", hashlib.sha256).digest()[:length]


def test_the_format_is_rfc_9180_as_written_out_here() -> None:
    """RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-256-GCM 0x0002."""
    pair, text = new_pair(), "Сәлеметсіз бе".encode()
    sealed = seal(pair.public, PLACE, text)
    enc, ciphertext = sealed[1:33], sealed[33:]

    kem = b"KEM\x00\x20"
    shared = X25519PrivateKey.from_private_bytes(pair.private).exchange(X25519PublicKey.from_public_bytes(enc))
    prk = _extract(b"", b"HPKE-v1" + kem + b"eae_prk" + shared)
    secret = _expand(prk, b"\x00\x20HPKE-v1" + kem + b"shared_secret" + enc + pair.public, 32)

    suite = b"HPKE\x00\x20\x00\x01\x00\x02"
    psk_id = _extract(b"", b"HPKE-v1" + suite + b"psk_id_hash")
    info = _extract(b"", b"HPKE-v1" + suite + b"info_hash" + PLACE.info())
    context = b"\x00" + psk_id + info
    prk = _extract(secret, b"HPKE-v1" + suite + b"secret")
    key = _expand(prk, b"\x00\x20HPKE-v1" + suite + b"key" + context, 32)
    nonce = _expand(prk, b"\x00\x0cHPKE-v1" + suite + b"base_nonce" + context, 12)

    assert AESGCM(key).decrypt(nonce, ciphertext, b"") == text


def test_a_contact_key_opens_with_the_vault_alone_and_only_under_its_contact() -> None:
    vault_pair = new_pair()
    key = new_contact_key(vault_pair.public, "amina")
    vault = Vault({fingerprint(vault_pair.public): vault_pair.private})
    assert seal_and_open(vault.open_contact_key(key), key.public)

    with pytest.raises(CannotOpen):
        vault.open_contact_key(type(key)("daniyar", key.public, key.sealed_private, key.vault_id))
    with pytest.raises(CannotOpen):
        Vault({}).open_contact_key(key)


def test_a_rotated_vault_opens_the_same_contact_key() -> None:
    old, new = new_pair(), new_pair()
    key = new_contact_key(old.public, "amina")
    both = Vault({fingerprint(old.public): old.private, fingerprint(new.public): new.private})
    moved = both.reseal(key, new.public)

    only_new = Vault({fingerprint(new.public): new.private})
    assert only_new.open_contact_key(moved) == both.open_contact_key(key)
    with pytest.raises(CannotOpen):
        only_new.open_contact_key(key)


def test_what_names_no_person_is_sealed_to_the_vault() -> None:
    pair = new_pair()
    vault, vault_id = Vault({fingerprint(pair.public): pair.private}), fingerprint(pair.public)
    assert vault.open_vaulted(vault_id, PLACE, seal(pair.public, PLACE, b"raw")) == b"raw"
    with pytest.raises(CannotOpen):
        vault.open_vaulted("unknown", PLACE, seal(pair.public, PLACE, b"raw"))


def seal_and_open(private: bytes, public: bytes) -> bool:
    return unseal(private, PLACE, seal(public, PLACE, b"x")) == b"x"


@given(st.binary(min_size=32, max_size=32))
def test_keys_survive_their_text_form(key: bytes) -> None:
    assert decode_key(encode_key(key)) == key
