"""The units a company needs before it is divided, from the first orders on.

An order line keeps the place it was delivered to. So the map of China, when the lines name Chinese places, and a
unit for any other place must be there before lines are written, or no territory could ever claim them.
"""

from datetime import date

import pyarrow as pa

from quyu.apps.performance import places
from quyu.apps.territories.selectors import active_alignment
from quyu.platform.geography import services as geography
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit


def lacks_map(table: pa.Table) -> bool:
    """Whether there are no units at all while parsed orders name places in Chinese."""
    return names_chinese_places(table) and not BasicUnit.objects.exists()


def prepare(table: pa.Table, *, today: date) -> None:
    """Makes the units of parsed orders for a company with neither a map nor a division in force.

    Where there is a map, a place that is not on it is a mistake, and its lines go by the place of the customer.
    """
    if active_alignment(today) is not None or BasicUnit.objects.exclude(level=UnitLevel.OTHER).exists():
        return
    if lacks_map(table):
        geography.load_china()
    places.create_units(places.line_places(table))


def names_chinese_places(table: pa.Table) -> bool:
    """Whether a province, city or county of parsed orders has a Chinese character."""
    texts = (
        text
        for name in places.PLACE_COLUMNS
        if name in table.column_names
        for text in table[name].unique().to_pylist()
    )
    return any("\u4e00" <= letter <= "\u9fff" for text in texts for letter in str(text or ""))
