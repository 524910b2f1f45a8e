"""Values to bytes and back, and the digests that the whole builder compares.

In: values (instances of `Value`, and what they are made of). Out: bytes, digests, values.
This room owns msgspec; others subclass `Value` and call these functions. It knows nothing of what
the values mean.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
DIGEST_SIZE = 16


class Value(msgspec.Struct, frozen=True, array_like=True):
    """Base of every immutable value that is stored or digested: a frozen record, encoded as an
    array.

    Fields are only ever appended; the state is dropped whenever the builder's own files change, so
    old encodings are never read with a new definition.
    """


_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoders: dict[Any, msgspec.msgpack.Decoder[Any]] = {}


def encode(value: object) -> bytes:
    """Bytes of a value.

    Equal values give equal bytes, whatever order their mappings and sets were made in.
    """
    return _encoder.encode(value)


def decode(kind: type[T], data: bytes) -> T:
    """The value of type `kind` that `data` encodes; ValueError if it does not."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.msgpack.Decoder(kind)
    return decoder.decode(data)  # type: ignore[no-any-return]  # the decoder was made for `kind`


def digest(data: bytes) -> bytes:
    """The 16-byte BLAKE2b digest of `data`, by which the builder tells contents apart."""
    return hashlib.blake2b(data, digest_size=DIGEST_SIZE).digest()


def sha256(data: bytes) -> bytes:
    """The SHA-256 of a file's bytes: what sources, outputs and records of evidence go by."""
    return hashlib.sha256(data).digest()


def digest_value(value: object) -> bytes:
    """The digest of a value: equal for equal values."""
    return digest(_encoder.encode(value))


def to_json(value: object, indent: int = 0) -> str:
    """Strict JSON text of a value.

    Structs become objects by field name, bytes become hexadecimal.
    """
    text = msgspec.json.encode(_by_name(value), order="deterministic")
    return (msgspec.json.format(text, indent=indent) if indent else text).decode()


def replace(value: T, **changes: object) -> T:
    """A copy of a value with some fields changed."""
    return msgspec.structs.replace(value, **changes)  # type: ignore[type-var]


def fields(value: Value) -> dict[str, Any]:
    """A value's fields by name, not copied and not descended into."""
    return {name: getattr(value, name) for name in value.__struct_fields__}


def _by_name(value: object) -> object:
    if isinstance(value, Value):
        return {name: _by_name(item) for name, item in fields(value).items()}
    if isinstance(value, dict):
        return {str(key): _by_name(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_by_name(item) for item in value]
    return value.hex() if isinstance(value, bytes) else value
