from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0003_pages_of_an_import"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="phase",
            field=models.CharField(
                blank=True,
                choices=[
                    ("queued", "排队"),
                    ("reading", "读取"),
                    ("checking", "核对"),
                    ("writing", "写入"),
                ],
                default="",
                max_length=20,
                verbose_name="阶段",
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="progress_total",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="总行数"),
        ),
        migrations.AddField(
            model_name="importrun",
            name="progress_speed",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="每秒行数"),
        ),
        migrations.AddField(
            model_name="importrun",
            name="progress_seconds_left",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="剩余秒数"),
        ),
    ]
