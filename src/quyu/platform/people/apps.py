from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "quyu.platform.people"
    label = "people"
    verbose_name = "组织与人员"
