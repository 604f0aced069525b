"""Order lines when codes change: facts are never rewritten, the old code of a place lies in the new unit."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from quyu.analytics.connection import connect
from quyu.kernel.refusal import Refusal
from quyu.platform.facts import store
from quyu.platform.geography.codes.followers import Succession, Touched
from quyu.platform.geography.codes.lines import Event
from quyu.platform.people.models import User

COUNT = "SELECT count(*) FROM order_line WHERE list_contains($codes, place_code)"


class OrderFollower:
    """Registered with the changes of codes."""

    def touched(self, event: Event, today: date) -> list[Touched]:
        del today
        count = 0
        if store.paths():
            with connect() as connection:
                store.order_lines(connection)
                row = connection.execute(COUNT, {"codes": list(event.olds)}).fetchone()
                count = row[0] if row else 0
        return [Touched(_("写明收货地的订单行"), count, _("不改写；原编码随新单元归属，以前的业绩一分不变"))]

    def obstacle(self, event: Event, today: date) -> Refusal | None:
        """Nothing: facts stay."""
        del event, today
        return None

    def follow(self, done: Succession, *, actor: User | None, at: datetime) -> Mapping[str, int]:
        """Nothing is written."""
        del done, actor, at
        return {}
