from django.db import models
from django.utils.translation import gettext_lazy as _


class OrgKind(models.TextChoices):
    HEAD_OFFICE = "head_office", _("总部")
    AREA = "area", _("大区")
    PROVINCE = "province", _("省区")
    TEAM = "team", _("团队")


class Role(models.TextChoices):
    """What a seat may do; the policy table gives each role its rights."""

    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SALES_OPERATIONS = "sales_operations", _("销售运营")
    SALES_DIRECTOR = "sales_director", _("销售总监")
    AREA_MANAGER = "area_manager", _("大区经理")
    PROVINCE_MANAGER = "province_manager", _("省区经理")
    SUPERVISOR = "supervisor", _("主管")
    SALESPERSON = "salesperson", _("业务员")
    FINANCE = "finance", _("财务")
    HUMAN_RESOURCES = "human_resources", _("人事")
    AUDITOR = "auditor", _("审计")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")
    DEALER = "dealer", _("经销商")
