"""The names of the verbs and of the objects in the log of decisions; an unknown one is shown as it is."""

from django.apps import apps
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

VERBS = {
    "submit": _("提交审批"),
    "approve": _("审批通过"),
    "reject": _("审批驳回"),
    "withdraw": _("撤回"),
    "create": _("新建"),
    "change_indicator": _("修改指标"),
    "remove_indicator": _("删除指标"),
    "propose": _("生成方案"),
    "activate": _("生效"),
    "withdraw_alignment": _("撤回生效"),
    "comment_alignment": _("批注方案"),
    "import": _("导入"),
    "reverse": _("冲销"),
    "undo_import": _("撤销导入"),
    "derive": _("由订单新建主数据"),
    "retier": _("客户分级"),
    "adopt": _("采用建议归属"),
    "split": _("拆分单元"),
    "redraw": _("替换边界"),
    "unsplit": _("取消拆分单元"),
    "move_unit": _("调整归属"),
    "move_territory": _("区域划转"),
    "assign": _("任职"),
    "assign_owner": _("指定负责岗位"),
    "set_standard": _("设定工作量标准"),
    "set_ability": _("填写人员能力"),
    "end_assignment": _("结束任职"),
    "leave": _("离职"),
    "open_account": _("开通账号"),
    "close_account": _("停用账号"),
    "reopen_account": _("恢复账号"),
    "reset_password": _("重置密码"),
    "reset_second_factor": _("重置两步验证"),
    "bind_sign_on": _("绑定单点登录"),
    "make_token": _("新建访问令牌"),
    "revoke_token": _("撤销访问令牌"),
    "grant": _("授予角色"),
    "end_grant": _("收回角色"),
    "dealer.give": _("关联经销商账号"),
    "dealer.end": _("终止经销商关联"),
    "codes.apply": _("执行区划变更"),
    "codes.remove": _("移除区划变更"),
    "claim.answer": _("答复客户认领"),
    "claim.decide": _("裁定客户认领"),
    "claim.make": _("认领客户"),
    "claim.rule": _("裁定客户归属"),
    "claim.withdraw": _("撤回客户认领"),
    "month.close": _("关账"),
    "month.reopen": _("重开已关账月份"),
    "limit.set": _("设定授权额度"),
    "limit.end": _("终止授权额度"),
    "personal.show": _("查看个人信息"),
    "personal.export": _("导出个人信息"),
    "personal.erase": _("删除个人信息"),
    "personal.retention": _("到期清理"),
    "backup": _("备份"),
    "personal.limit": _("查看个人信息超限"),
    "list.export": _("导出名单"),
    "list.export_plain": _("导出含个人信息的名单"),
    "target.create": _("编制目标"),
    "target.copy": _("新建目标版本"),
    "target.edit": _("修改目标"),
    "target.lock": _("锁定目标"),
    "target.unlock": _("解除锁定"),
    "target.undo": _("撤销修改"),
    "target.import": _("导入目标"),
    "target.publish": _("发布目标"),
    "target.in_force": _("目标生效"),
    "target.change": _("年中调整目标"),
    "letter.issue": _("签发责任书"),
    "letter.accept": _("接受责任书"),
    "letter.contest": _("责任书申请调整"),
    "change.open": _("提出目标调整"),
    "change.evidence": _("补充调整依据"),
    "change.apply": _("目标调整生效"),
    "change.close": _("关闭目标调整"),
    "change.rule": _("设定调整规则"),
    "target.gap": _("分担缺口"),
    "target.uplift": _("设定加码"),
    "target.staffing": _("空缺与新人分担"),
    "target.split": _("设定分担比例"),
    "round.start": _("发起下达"),
    "round.hand_down": _("逐级下达"),
    "round.confirm": _("确认分解"),
    "round.send_back": _("退回分解"),
    "round.close": _("结束下达"),
    "round.minutes": _("记会议纪要"),
    "negotiation.accept": _("接受目标"),
    "negotiation.counter": _("还价"),
    "negotiation.agree": _("同意还价"),
    "negotiation.decline": _("不同意还价"),
    "negotiation.propose": _("提议目标"),
    "negotiation.comment": _("协商留言"),
    "alert.handle": _("处理预警"),
    "alert.snooze": _("延后预警"),
    "meeting.call": _("开例会"),
    "meeting.minutes": _("记例会纪要"),
    "meeting.close": _("结束例会"),
    "meeting.promise": _("会议决定"),
    "meeting.settle": _("了结会议决定"),
    "control.enter": _("录入对账总数"),
    "control.remove": _("删除对账总数"),
}


def verb_label(verb: str) -> str:
    """The verb for people."""
    return str(VERBS.get(verb, verb))


def subject_labels() -> dict[str, str]:
    """subject_type -> the name of the object, for all our models that have a name for people."""
    return {
        model._meta.model_name: gettext(str(model._meta.verbose_name))
        for model in apps.get_models()
        if model.__module__.startswith("quyu.")
        and model._meta.model_name
        and "Historical" not in model.__name__
        and "verbose_name" in model._meta.original_attrs
    }
