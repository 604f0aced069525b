"""A draft that begins as another set was: its rules and its overlays, in their order."""

from quyu.apps.customers.models import Overlay, OverlayShare, RuleSet, TerritoryRule


def copy(source: RuleSet, into: RuleSet) -> None:
    TerritoryRule.objects.bulk_create(
        TerritoryRule(
            rule_set=into,
            position=row.position,
            condition=row.condition,
            product_line_id=row.product_line_id,
            territory_id=row.territory_id,
            split_unit_id=row.split_unit_id,
        )
        for row in source.rules.order_by("position", "pk")
    )
    for overlay in source.overlays.order_by("position", "pk"):
        made = Overlay.objects.create(
            rule_set=into,
            position=overlay.position,
            name=overlay.name,
            condition=overlay.condition,
            product_line_id=overlay.product_line_id,
        )
        OverlayShare.objects.bulk_create(
            OverlayShare(overlay=made, territory_id=share.territory_id, share_bp=share.share_bp)
            for share in overlay.shares.order_by("pk")
        )
