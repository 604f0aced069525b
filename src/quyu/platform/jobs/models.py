"""What is kept of jobs beside their own rows."""

from django.db import models


class GivenUp(models.Model):
    """A job that failed at its last attempt, and when the administrators were told: they are told once."""

    job = models.OneToOneField(
        "django_tasks_database.DBTaskResult", models.CASCADE, related_name="+", verbose_name="任务"
    )
    told_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "没有完成的任务"
