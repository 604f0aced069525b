from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_shared_links"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="by_bot",
            field=models.BooleanField(default=False, verbose_name="发到群"),
        ),
        migrations.AddField(
            model_name="subscription",
            name="by_mail",
            field=models.BooleanField(default=False, verbose_name="发邮件"),
        ),
        migrations.AddField(
            model_name="subscription",
            name="form",
            field=models.CharField(
                choices=[("link", "只有链接"), ("xlsx", "XLSX 附件"), ("pdf", "PDF 附件")],
                default="link",
                max_length=10,
                verbose_name="附件",
            ),
        ),
    ]
