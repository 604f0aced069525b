"""The fourteen rules of the policy pack and the bounds of the checks, with their defaults."""

from django.db import migrations

# code, kind, threshold, upper, level; in the unit of the rule (`rulebook`)
PACK = (
    ("R1", "constraint", 3_000, None, "region"),
    ("R2", "target", 1_500, None, "region"),
    ("R3", "monitored", None, None, "whole"),
    ("R4", "monitored", 300, 500, "region"),
    ("R5", "monitored", 2_000, None, "region"),
    ("R6", "monitored", 0, None, "region"),
    ("R7", "target", 4_000, None, "region"),
    ("R8", "target", 50, None, "whole"),
    ("R9", "monitored", 3_000, None, "whole"),
    ("R10", "monitored", 90, None, "whole"),
    ("R11", "monitored", 4, None, "whole"),
    ("R12", "monitored", 9_500, None, "whole"),
    ("R13", "monitored", None, None, "whole"),
    ("R14", "monitored", 14, None, "whole"),
    ("C1", "check", -1_000, None, "region"),
    ("C2", "check", 4_000, None, "region"),
    ("C3", "check", 6_000, None, "region"),
    ("C4", "check", 350, None, "region"),
)


def seed(apps, _schema_editor):
    model = apps.get_model("targets", "PolicyRule")
    model.objects.bulk_create(
        model(code=code, kind=kind, threshold=threshold, upper=upper, level=level)
        for code, kind, threshold, upper, level in PACK
    )


def clear(apps, _schema_editor):
    apps.get_model("targets", "PolicyRule").objects.filter(code__in=[row[0] for row in PACK]).delete()


class Migration(migrations.Migration):
    dependencies = [("targets", "0003_strategy_milestones_rules")]
    operations = [migrations.RunPython(seed, clear)]
