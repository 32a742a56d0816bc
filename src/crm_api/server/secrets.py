"""Keys of the embedded mode: made once, kept beside the data, readable by nobody else."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crm_api.settings import KEY_BYTES, Secrets


def generate_secrets() -> Secrets:
    return Secrets(
        jwt_private_key=_new_pem().decode(),
        cursor_key=secrets.token_bytes(KEY_BYTES),
        pepper=secrets.token_bytes(KEY_BYTES),
        field_keys=(secrets.token_bytes(KEY_BYTES),),
    )


def stored_secrets(data_dir: Path) -> Secrets:
    """The keys under `data_dir`; absent ones are made. Processes that start together get the same keys."""
    return Secrets(
        jwt_private_key=_stored(data_dir / "jwt.pem", _new_pem).decode(),
        cursor_key=_stored(data_dir / "cursor.key", lambda: secrets.token_bytes(KEY_BYTES)),
        pepper=_stored(data_dir / "pepper.key", lambda: secrets.token_bytes(KEY_BYTES)),
        field_keys=(_stored(data_dir / "field.key", lambda: secrets.token_bytes(KEY_BYTES)),),
    )


def _stored(path: Path, make: Callable[[], bytes]) -> bytes:
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # refuses to replace: the first of two writers wins, whole file or none
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def _new_pem() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
