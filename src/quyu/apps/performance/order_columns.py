"""The columns of an order file and the names they go by in the exports people bring."""

from django.utils.translation import gettext_lazy as _

from quyu.platform.imports.kinds import Column

COLUMNS = (
    Column(
        "order_no",
        _("订单号"),
        ("订单号", "订单编号", "订单ID", "Order ID", "Order No", "Order Number", "单据编号", "订单编码", "销售单号", "单号", "单据号", "发票号", "Order", "Invoice No"),
        required=True,
    ),
    Column("line_no", _("行号"), ("行号", "行ID", "Row ID", "订单行号", "明细行号", "Line No", "Line Number", "Line", "行项目", "分录号")),
    Column(
        "ordered_on",
        _("订单日期"),
        ("订单日期", "日期", "下单日期", "Order Date", "Date", "销售日期", "单据日期", "业务日期", "下单时间", "订单时间", "开单日期", "Invoice Date", "Ordered On"),
        type="date",
        required=True,
    ),
    Column("shipped_on", _("发货日期"), ("发货日期", "Ship Date", "出库日期", "送货日期", "Shipped On", "Delivery Date"), type="date"),
    Column("customer_code", _("客户编码"), ("客户编码", "客户ID", "客户编号", "客户代码", "Customer ID", "Customer Code", "Customer No", "Account ID")),
    Column(
        "customer_name",
        _("客户"),
        ("客户", "客户名称", "Customer Name", "Customer", "购货单位", "客户简称", "客户全称", "经销商", "经销商名称", "门店名称", "买方名称", "Account Name", "Account", "Client"),
    ),
    Column(
        "product_code",
        _("产品编码"),
        ("产品编码", "产品ID", "商品编码", "Product ID", "Product Code", "SKU", "产品编号", "商品编号", "物料编码", "物料号", "存货编码", "货号", "商品ID", "Item Code", "Item No"),
    ),
    Column(
        "product_name",
        _("产品"),
        ("产品", "产品名称", "商品名称", "商品", "Product Name", "Product", "品名", "物料名称", "存货名称", "货品名称", "Item", "Item Name", "Description"),
    ),
    Column("line_name", _("产品线"), ("产品线", "类别", "Category", "产品类别", "品类", "大类", "产品大类", "Product Line", "Product Category", "产品系列")),
    Column("category", _("子类别"), ("子类别", "Sub-Category", "Subcategory", "小类", "子类", "二级品类", "产品小类", "Product Sub-Category")),
    Column("channel_code", _("渠道"), ("渠道", "Channel", "销售渠道", "Sales Channel", "细分", "Segment", "客户类型", "客户渠道", "Customer Segment")),
    Column(
        "salesperson_code",
        _("业务员"),
        ("业务员", "销售员", "Salesperson", "Sales Rep", "Sales Person", "销售人员", "销售代表", "Sales Representative", "客户经理", "业务代表", "Rep", "Seller", "Account Manager"),
    ),
    Column("region_name", _("地区"), ("地区", "大区", "Region", "销售大区", "区域", "销售区域", "片区", "Sales Region", "Area")),
    Column("territory_name", _("销售区域"), ("销售区域", "区域", "Territory", "Sales Territory", "辖区", "销售片区")),
    Column("province", _("省/自治区"), ("省/自治区", "省份", "省", "Province", "State/Province", "State", "省市", "所在省")),
    Column("city", _("城市"), ("城市", "City", "市", "地市", "所在城市", "地级市")),
    Column("county", _("区县"), ("区县", "County", "县", "区/县", "District", "县区")),
    Column("quantity_milli", _("数量"), ("数量", "Quantity", "Qty", "销售数量", "件数", "销量", "订货数量", "Units", "Order Quantity", "Units Sold"), type="quantity"),
    Column("price", _("单价"), ("单价", "Unit Price", "Price", "含税单价", "售价", "销售单价", "单位价格"), type="price"),
    Column("discount", _("折扣"), ("折扣", "Discount", "折扣率", "Discount Rate"), type="rate"),
    Column(
        "amount_fen",
        _("金额"),
        ("金额", "销售额", "Sales", "Amount", "销售金额", "订单金额", "含税金额", "价税合计", "Revenue", "Net Sales", "Sales Amount", "Net Amount", "成交金额", "Order Amount", "Total Sales", "Total Revenue"),
        type="amount",
        required=True,
    ),
    Column("profit_fen", _("利润"), ("利润", "Profit", "毛利", "毛利额", "Gross Profit", "Total Profit"), type="amount"),
)  # fmt: skip
ALTERNATIVES = (
    ("customer_name", "customer_code"),
    ("product_name", "product_code", "line_name"),
)
