"""`quyu`: everything a person can do without the browser."""

from importlib.metadata import version

import click

from quyu.shell.cli.commands import Entry, LazyGroup
from quyu.shell.cli.language import LANGUAGE, _
from quyu.shell.cli.wording import speak_chinese

if LANGUAGE == "zh-hans":
    speak_chinese()

MACHINE = ("machine", "operate")
"""No role has it: these commands are for whoever operates the machine."""

COMMANDS = {
    "plan": Entry(
        "quyu.shell.cli.plan:plan", _("从订单文件一步做出区域、目标与计划书。"), ("plan", "create")
    ),
    "demo": Entry("quyu.shell.cli.demo:demo", _("生成演示公司，并在其上运行主要流程。"), MACHINE),
    "import": Entry("quyu.shell.cli.imports:import_", _("导入订单等数据文件。"), ("import", "create")),
    "align": Entry(
        "quyu.shell.cli.align:align",
        _("划分销售区域：均衡、紧凑、少变动。"),
        ("alignment", "create"),
        needs_site=False,
    ),
    "staff": Entry(
        "quyu.shell.cli.staff:staff",
        _("给销售区域派人：人选、理由和其他人选。"),
        ("alignment", "create"),
        needs_site=False,
    ),
    "allocate": Entry(
        "quyu.shell.cli.allocation.command:allocate",
        _("把目标精确分到每个单元格，或修改一个节点。"),
        ("plan", "create"),
        needs_site=False,
    ),
    "attain": Entry(
        "quyu.shell.cli.attain:attain",
        _("业绩：目标、实绩、达成率，按区域、月份等分行。"),
        ("actual", "view"),
    ),
    "channel": Entry(
        "quyu.shell.cli.channel:channel",
        _("真实达成：扣除压货后的达成率，压货、窜货、乱价。"),
        ("actual", "view"),
    ),
    "account": Entry(
        "quyu.shell.cli.account:account",
        _("开通账号并授予角色（第一个管理员由此而来）。"),
        ("user", "create"),
    ),
    "verify": Entry("quyu.shell.cli.verify:verify", _("核验目标版本和责任书文件。"), ("plan", "view")),
    "daily": Entry(
        "quyu.shell.cli.daily:daily", _("每日任务：目标到期生效、责任书提醒、调整建议。"), MACHINE
    ),
    "close-period": Entry(
        "quyu.shell.cli.close_period:close_period",
        _("关账：各月状态、关闭一个月、申请重开。"),
        ("calendar", "edit"),
    ),
    "audit": Entry("quyu.shell.cli.audit:audit", _("核验和导出审计记录。"), ("audit", "export")),
    "recode": Entry(
        "quyu.shell.cli.recode:recode", _("区划代码变更：看影响，执行。"), ("alignment", "publish")
    ),
    "backup": Entry(
        "quyu.shell.cli.backup:backup", _("备份数据库、事实、文件和密钥，网站照常运行。"), MACHINE
    ),
    "restore": Entry(
        "quyu.shell.cli.restore:restore", _("把备份恢复到空的数据目录，或只核验。"), MACHINE, needs_site=False
    ),
    "personal": Entry(
        "quyu.shell.cli.personal:personal",
        _("个人信息：登记、导出、删除、到期清理。"),
        ("personal", "export"),
    ),
    "config": Entry("quyu.shell.cli.config:config", _("本站的设置：用哪个计算引擎。"), MACHINE),
    "mail": Entry("quyu.shell.cli.mail:mail", _("邮件：发一封测试邮件；看设置和没有送达的消息。"), MACHINE),
    "serve": Entry("quyu.shell.cli.serve:serve", _("启动网站（SQLite 时一并启动后台任务）。"), MACHINE),
    "worker": Entry("quyu.shell.cli.serve:worker", _("运行后台任务（导入、计算）。"), MACHINE),
    "migrate": Entry("quyu.shell.cli.site:migrate", _("建立或更新数据库表。"), MACHINE),
    "manage": Entry("quyu.shell.cli.site:manage", _("Django 管理命令，原样转交。"), MACHINE),
    "completion": Entry(
        "quyu.shell.cli.completion:completion", _("输出 shell 自动补全脚本。"), MACHINE, needs_site=False
    ),
}

main = LazyGroup(
    name="quyu",
    entries=COMMANDS,
    help=_("Quyu 区域：区域销售目标管理。"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
main = click.version_option(version("quyu"), prog_name="quyu", help=_("显示版本并退出。"))(main)

if __name__ == "__main__":
    main()
