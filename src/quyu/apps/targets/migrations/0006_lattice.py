from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("targets", "0005_rounds")]

    operations = [
        migrations.CreateModel(
            name="LatticeChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("index", models.PositiveIntegerField()),
                ("blob", models.BinaryField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="latticechunk",
            constraint=models.UniqueConstraint(fields=("digest", "index"), name="lattice_chunk_once"),
        ),
        migrations.AlterField(model_name="cellchunk", name="layer", field=models.CharField(max_length=30)),
        migrations.RemoveConstraint(model_name="lock", name="lock_once"),
        migrations.AddField(
            model_name="lock",
            name="others",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="其他维度"),
        ),
        migrations.AddField(
            model_name="historicallock",
            name="others",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="其他维度"),
        ),
        migrations.AddConstraint(
            model_name="lock",
            constraint=models.UniqueConstraint(
                fields=("plan_version", "region", "period", "product_line", "others"), name="lock_once"
            ),
        ),
        migrations.RenameField(model_name="operation", old_name="inverse", new_name="patch"),
    ]
