"""A stored file on its way out: pages hand it over as an attachment, and say where it was cleared."""

from io import BytesIO

from django.http import Http404

from quyu.platform.files import services
from quyu.platform.files.models import StoredFile

ANY_KIND = "application/octet-stream"
"""For what people uploaded: a download, whatever it claims to be."""


def content_or_404(stored: StoredFile) -> BytesIO:
    """The content, read whole. Raises Http404 where it was cleared, saying so, or is missing."""
    try:
        return BytesIO(services.path_of(stored).read_bytes())
    except services.FileCleared as refusal:
        raise Http404(refusal) from refusal
    except OSError as error:
        raise Http404 from error
