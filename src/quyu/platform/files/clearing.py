"""Other content, or none, for a stored file: erasure and retention. The fingerprint of the original stays."""

from django.db import transaction

from quyu.platform.files import services
from quyu.platform.files.models import StoredFile


def replace_content(path: str, content: bytes | None) -> None:
    """All rows of the file at `path` get this content, or none; the old goes when the transaction commits."""
    new = "" if content is None else services.write([content])[2]
    StoredFile.objects.filter(path=path).update(path=new, size=len(content or b""))
    if new != path:
        transaction.on_commit(lambda: remove_unnamed(path))


def remove_unnamed(path: str) -> None:
    """The file at `path`, unless some row names it."""
    if not StoredFile.objects.filter(path=path).exists():
        (services.root() / path).unlink(missing_ok=True)
