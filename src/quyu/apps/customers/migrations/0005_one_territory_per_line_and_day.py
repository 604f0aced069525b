"""No customer belongs, with one product line, to two territories on one day: the database refuses it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

EXCLUSION = """
ALTER TABLE customers_customerterritory ADD CONSTRAINT customer_territory_once EXCLUDE USING gist (
  int8range(customer_id, customer_id, '[]') WITH &&,
  int8range(coalesce(product_line_id, 0), coalesce(product_line_id, 0), '[]') WITH &&,
  daterange(valid_from, valid_to) WITH &&
)
"""
WITHOUT = "ALTER TABLE customers_customerterritory DROP CONSTRAINT customer_territory_once"
TRIGGER = """
CREATE TRIGGER customer_territory_once_VERB BEFORE VERB ON customers_customerterritory
WHEN EXISTS (
  SELECT 1 FROM customers_customerterritory o
  WHERE o.customer_id = NEW.customer_id AND o.product_line_id IS NEW.product_line_id AND o.id IS NOT NEW.id
  AND (NEW.valid_to IS NULL OR o.valid_from < NEW.valid_to)
  AND (o.valid_to IS NULL OR NEW.valid_from < o.valid_to)
) BEGIN SELECT RAISE(ABORT, 'customer_territory_once'); END
"""
VERBS = ("insert", "update")


def forward(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(EXCLUSION)
        return
    for verb in VERBS:
        schema_editor.execute(TRIGGER.replace("VERB", verb))


def backward(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(WITHOUT)
        return
    for verb in VERBS:
        schema_editor.execute(f"DROP TRIGGER customer_territory_once_{verb}")


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_division_rules")]

    operations = [migrations.RunPython(forward, backward)]
