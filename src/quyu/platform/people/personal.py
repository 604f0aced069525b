"""What is kept about the people who work here and their accounts."""

from django.utils.translation import gettext_lazy as _

from quyu.platform.audit.personal import BLANK, NAME, STAYS, TEXT, PersonalField

CONTRACT = _("履行劳动合同和人力资源管理所必需")
DUTY = _("保障系统安全的法定义务")
SERVICE = _("在职期间；离职满保留期后匿名")
ACCOUNT = _("账号存续期间；随人员一并匿名")

FIELDS = (
    PersonalField("people.Person", "code", STAYS, _("识别人员，连接业绩"), CONTRACT, SERVICE),
    PersonalField("people.Person", "name", NAME, _("显示谁负责、谁审批"), CONTRACT, SERVICE),
    PersonalField("people.Person", "phone", BLANK, _("工作联系"), CONTRACT, SERVICE),
    PersonalField("people.Person", "email", BLANK, _("工作联系"), CONTRACT, SERVICE),
    PersonalField("people.Person", "id_number", BLANK, _("区分同名人员"), CONTRACT, SERVICE),
    PersonalField("people.Position", "name", TEXT, _("岗位名称里可能写有姓名"), CONTRACT, SERVICE),
    PersonalField("people.User", "username", NAME, _("登录"), DUTY, ACCOUNT),
    PersonalField("people.User", "first_name", NAME, _("显示是谁操作"), DUTY, ACCOUNT),
    PersonalField("people.User", "last_name", BLANK, _("显示是谁操作"), DUTY, ACCOUNT),
    PersonalField("people.User", "email", BLANK, _("账号联系"), DUTY, ACCOUNT),
)
