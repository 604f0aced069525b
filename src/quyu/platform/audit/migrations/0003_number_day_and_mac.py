from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_initial")]

    operations = [
        migrations.CreateModel(
            name="DaySeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="记录日")),
                ("first_number", models.PositiveBigIntegerField(verbose_name="首条编号")),
                ("last_number", models.PositiveBigIntegerField(verbose_name="末条编号")),
                ("last_digest", models.CharField(max_length=64)),
                ("previous_digest", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("mac", models.CharField(max_length=64)),
            ],
            options={"verbose_name": "审计日封", "ordering": ["day"]},
        ),
        migrations.AddField("chainhead", "day", models.DateField(null=True)),
        migrations.AddField(
            "chainhead", "mac", models.CharField(blank=True, default="", max_length=64), False
        ),
        migrations.AddField(
            "decision", "number", models.PositiveBigIntegerField(null=True, verbose_name="编号")
        ),
        migrations.AddField("decision", "day", models.DateField(null=True, verbose_name="记录日")),
        migrations.AddField(
            "decision", "salt", models.CharField(blank=True, default="", max_length=32), False
        ),
        migrations.AddField(
            "decision", "commitment", models.CharField(blank=True, default="", max_length=64), False
        ),
        migrations.AddField(
            "decision", "mac", models.CharField(blank=True, default="", max_length=64), False
        ),
    ]
