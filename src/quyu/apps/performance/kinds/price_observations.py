"""价格观察: at what price a product was seen where, and from which dealer the goods came if their code says so."""

from django.utils.translation import gettext_lazy as _

from quyu.apps.performance.kinds.declaration import PLACE, PRODUCT, REGION, SALESPERSON, Kind, positive
from quyu.platform.imports.kinds import Column

PRICE_OBSERVATION = Kind(
    id="price_observation",
    command="prices",
    label=_("价格观察"),
    columns=(
        Column("document_no", _("观察编号"), ("观察编号", "巡价单号", "单据编号", "单号", "Observation No")),
        Column("seen_on", _("观察日期"), ("观察日期", "巡价日期", "巡店日期", "日期", "Seen On", "Date"), type="date", required=True),
        Column("customer_code", _("货源客户编码"), ("货源客户编码", "货源编码", "客户编码", "经销商编码", "Customer Code")),
        Column("customer_name", _("货源客户"), ("货源客户", "货源经销商", "货源", "扫码经销商", "客户", "客户名称", "经销商", "Customer", "Dealer")),
        *PRODUCT,
        *SALESPERSON,
        *REGION,
        *PLACE,
        Column("outlet_name", _("终端"), ("终端", "终端名称", "门店", "门店名称", "售点", "Outlet", "Store")),
        Column("price_micro", _("观察到的价格"), ("观察到的价格", "成交价", "实际价格", "零售价", "价格", "单价", "Price", "Seen Price"), type="price", required=True),
        Column("guide_micro", _("指导价"), ("指导价", "建议零售价", "规定价格", "标准价", "Guide Price", "List Price"), type="price"),
        Column("lot_no", _("批号"), ("批号", "生产批号", "物流码", "Lot", "Lot No")),
    ),
    dated_by="seen_on",
    amount="",
    natural=("seen_on", "outlet_name", "customer_code", "county"),
    checks=(positive("price_micro"), positive("guide_micro")),
    alternatives=(("product_name", "product_code"), ("customer_name", "customer_code", "province", "city", "county", "outlet_name")),
    is_flow=False,
    is_seen_in_place=True,
)  # fmt: skip
