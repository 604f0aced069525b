"""The key of the audit trail: from the environment, or made once in the data directory; never in the database."""

import os
import secrets
import uuid
from pathlib import Path

from django.conf import settings

KEY_FILE = "audit_key"


def trail_key() -> bytes:
    """The key, made when there is none yet; a second process that makes one at that moment takes the first."""
    if settings.AUDIT_KEY:
        return str(settings.AUDIT_KEY).encode()
    path = Path(settings.QUYU_HOME) / KEY_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".{uuid.uuid4().hex}.tmp")
        made.touch(mode=0o600)
        made.write_text(secrets.token_hex(32))
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_bytes().strip()
