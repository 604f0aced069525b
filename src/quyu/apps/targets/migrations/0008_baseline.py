import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("targets", "0007_patches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanDraft",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="编制人",
                    ),
                ),
                ("answers", models.JSONField(default=dict, verbose_name="回答")),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
            ],
            options={
                "verbose_name": "编制中的方案",
            },
        ),
        migrations.CreateModel(
            name="ExcludedOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order_no", models.CharField(max_length=80, verbose_name="订单号")),
                ("ordered_on", models.DateField(verbose_name="下单日")),
                ("customer_code", models.CharField(max_length=60, verbose_name="客户编码")),
                ("territory_code", models.CharField(max_length=40, verbose_name="销售区域编码")),
                ("product_line", models.CharField(max_length=40, verbose_name="产品线编码")),
                ("value", models.BigIntegerField(verbose_name="数值")),
                ("customer_median", models.BigIntegerField(verbose_name="客户月中位数")),
                ("territory_median", models.BigIntegerField(verbose_name="区域月中位数")),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("excluded_at", models.DateTimeField(verbose_name="时间")),
                (
                    "excluded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="剔除人",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="excluded_orders",
                        to="targets.plan",
                        verbose_name="目标方案",
                    ),
                ),
            ],
            options={
                "verbose_name": "剔除的订单",
                "ordering": ["-value", "order_no"],
            },
        ),
        migrations.AddConstraint(
            model_name="excludedorder",
            constraint=models.UniqueConstraint(
                fields=("plan", "order_no", "customer_code", "territory_code", "product_line"),
                name="excluded_once",
            ),
        ),
    ]
