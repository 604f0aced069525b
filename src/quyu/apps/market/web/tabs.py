"""The pages of the market beside each other."""

from django.urls import reverse
from django.utils.translation import gettext as _


def tabs(current: str) -> list[dict[str, object]]:
    """Label, address and whether it is the page shown."""
    words = {
        "market": _("市场数据"),
        "market-potential": _("潜力模型"),
        "white-space": _("空白市场"),
        "market-indicators": _("指标"),
    }
    return [{"label": words[name], "url": reverse(name), "active": name == current} for name in words]
