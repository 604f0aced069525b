from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_seal_the_past")]

    operations = [
        migrations.AlterModelOptions("decision", {"ordering": ["-number"], "verbose_name": "审计记录"}),
        migrations.AlterField(
            "decision", "number", models.PositiveBigIntegerField(unique=True, verbose_name="编号")
        ),
        migrations.AlterField("decision", "day", models.DateField(verbose_name="记录日")),
    ]
