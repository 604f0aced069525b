"""The shares of every customer, product line and day are those of one overlay and 10,000 together: the database sees to it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CREDIT, SHARE = "customers_customercredit", "customers_overlayshare"
ONCE = """
CREATE TRIGGER customer_credit_once_VERB BEFORE VERB ON customers_customercredit
WHEN EXISTS (
  SELECT 1 FROM customers_customercredit o
  WHERE o.customer_id = NEW.customer_id AND o.product_line_id IS NEW.product_line_id AND o.id IS NOT NEW.id
  AND (NEW.valid_to IS NULL OR o.valid_from < NEW.valid_to)
  AND (o.valid_to IS NULL OR NEW.valid_from < o.valid_to)
) BEGIN SELECT RAISE(ABORT, 'customer_credit_once'); END
"""
WHOLE = """
CREATE TRIGGER customer_credit_whole_VERB BEFORE VERB ON customers_customercredit
WHEN (SELECT coalesce(sum(s.share_bp), 0) FROM customers_overlayshare s WHERE s.overlay_id = NEW.overlay_id) <> 10000
BEGIN SELECT RAISE(ABORT, 'customer_credit_whole'); END
"""
FIXED = """
CREATE TRIGGER overlay_share_fixed_VERB BEFORE VERB ON customers_overlayshare
WHEN EXISTS (SELECT 1 FROM customers_customercredit c WHERE c.overlay_id IN (IDS))
BEGIN SELECT RAISE(ABORT, 'overlay_share_fixed'); END
"""
VERBS = ("insert", "update")
IDS = {"insert": "NEW.overlay_id", "update": "NEW.overlay_id, OLD.overlay_id", "delete": "OLD.overlay_id"}
POSTGRESQL = (
    """
ALTER TABLE customers_customercredit ADD CONSTRAINT customer_credit_once EXCLUDE USING gist (
  int8range(customer_id, customer_id, '[]') WITH &&,
  int8range(coalesce(product_line_id, 0), coalesce(product_line_id, 0), '[]') WITH &&,
  daterange(valid_from, valid_to) WITH &&
)
""",
    """
CREATE FUNCTION customer_credit_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM customers_overlay WHERE id = NEW.overlay_id FOR UPDATE;
  IF (SELECT coalesce(sum(share_bp), 0) FROM customers_overlayshare WHERE overlay_id = NEW.overlay_id) <> 10000 THEN
    RAISE EXCEPTION 'customer_credit_whole' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
""",
    """
CREATE FUNCTION overlay_share_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
  IF TG_OP = 'INSERT' THEN touched := ARRAY[NEW.overlay_id];
  ELSIF TG_OP = 'DELETE' THEN touched := ARRAY[OLD.overlay_id];
  ELSE touched := ARRAY[NEW.overlay_id, OLD.overlay_id];
  END IF;
  PERFORM 1 FROM customers_overlay WHERE id = ANY (touched) FOR UPDATE;
  IF EXISTS (SELECT 1 FROM customers_customercredit WHERE overlay_id = ANY (touched)) THEN
    RAISE EXCEPTION 'overlay_share_fixed' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
""",
    f"CREATE TRIGGER customer_credit_whole BEFORE INSERT OR UPDATE ON {CREDIT}"
    " FOR EACH ROW EXECUTE FUNCTION customer_credit_whole()",
    f"CREATE TRIGGER overlay_share_fixed BEFORE INSERT OR UPDATE OR DELETE ON {SHARE}"
    " FOR EACH ROW EXECUTE FUNCTION overlay_share_fixed()",
)
POSTGRESQL_BACK = (
    f"DROP TRIGGER overlay_share_fixed ON {SHARE}",
    f"DROP TRIGGER customer_credit_whole ON {CREDIT}",
    "DROP FUNCTION overlay_share_fixed",
    "DROP FUNCTION customer_credit_whole",
    f"ALTER TABLE {CREDIT} DROP CONSTRAINT customer_credit_once",
)


def forward(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)
        return
    for verb in VERBS:
        schema_editor.execute(ONCE.replace("VERB", verb))
        schema_editor.execute(WHOLE.replace("VERB", verb))
    for verb, ids in IDS.items():
        schema_editor.execute(FIXED.replace("VERB", verb).replace("IDS", ids))


def backward(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL_BACK:
            schema_editor.execute(statement)
        return
    for verb in VERBS:
        schema_editor.execute(f"DROP TRIGGER customer_credit_once_{verb}")
        schema_editor.execute(f"DROP TRIGGER customer_credit_whole_{verb}")
    for verb in IDS:
        schema_editor.execute(f"DROP TRIGGER overlay_share_fixed_{verb}")


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_overlays_share_credit")]

    operations = [migrations.RunPython(forward, backward)]
