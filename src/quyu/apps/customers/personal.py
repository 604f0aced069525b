"""What is kept about the people one meets at a customer."""

from django.utils.translation import gettext_lazy as _

from quyu.platform.audit.personal import BLANK, NAME, TEXT, PersonalField

CONTRACT = _("与客户订立和履行合同所必需")
RELATION = _("客户关系存续期间；应本人要求删除")

FIELDS = (
    PersonalField(
        "customers.Customer", "name", NAME, _("识别客户；个体经营者的名称可能就是姓名"), CONTRACT, RELATION
    ),
    PersonalField("customers.Customer", "contact", BLANK, _("联系客户"), CONTRACT, RELATION),
    PersonalField("customers.Customer", "phone", BLANK, _("联系客户"), CONTRACT, RELATION),
    PersonalField("customers.Customer", "address", BLANK, _("送货和拜访"), CONTRACT, RELATION),
    PersonalField("customers.Customer", "tier_reason", TEXT, _("说明客户分级"), CONTRACT, RELATION),
    PersonalField("customers.ClaimRuling", "reason", TEXT, _("说明归属裁定"), CONTRACT, RELATION),
)
