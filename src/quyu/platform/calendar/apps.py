from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "quyu.platform.calendar"
    label = "calendar"
    verbose_name = "日历"
