"""Numbers the entries that exist, puts them under the key and seals their days; digests stay as they are.

Backward, the chain is linked again in the old form, for which it must be intact first.
"""

from dataclasses import replace

from django.db import migrations
from django.utils import timezone

from quyu.platform.audit import keys, links, trail

CHUNK = 1000


def entry_of(row):
    return links.Entry(
        pk=row.pk,
        number=row.number,
        day=row.day,
        actor=row.actor_id,
        verb=row.verb,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        label=row.subject_label,
        detail=row.detail,
        reason=row.reason,
        at=row.at,
        salt=row.salt,
        commitment=row.commitment,
        previous=row.previous_digest,
        digest=row.digest,
        mac=row.mac,
    )


def seal_the_past(apps, schema_editor):
    Decision, head = apps.get_model("audit", "Decision"), apps.get_model("audit", "ChainHead").objects.first()
    if head is None or not head.count:
        return
    key, day, days, changed = keys.trail_key(), None, {}, []
    for number, row in enumerate(Decision.objects.order_by("pk").iterator(CHUNK), start=1):
        own = timezone.localdate(row.at)
        day = max(day, own) if day else own
        row.number, row.day = number, day
        row.mac = links.entry_mac(key, entry_of(row))
        first = days[day][0] if day in days else number
        days[day] = (first, number, row.digest)
        changed.append(row)
        if len(changed) == CHUNK:
            Decision.objects.bulk_update(changed, ["number", "day", "mac"])
            changed = []
    Decision.objects.bulk_update(changed, ["number", "day", "mac"])
    seal_days(apps, key, days)
    head.day = day
    head.mac = links.head_mac(key, links.Head(head.count, head.day, head.digest, ""))
    head.save()


def seal_days(apps, key, days):
    """A seal for each day but the last."""
    previous = ""
    for day, (first, last, digest) in list(days.items())[:-1]:
        seal = links.Seal(day, first, last, digest, previous, "", "")
        seal = replace(seal, digest=links.seal_digest(seal))
        apps.get_model("audit", "DaySeal").objects.create(
            day=day,
            first_number=first,
            last_number=last,
            last_digest=digest,
            previous_digest=previous,
            digest=seal.digest,
            mac=links.seal_mac(key, seal),
        )
        previous = seal.digest


def refuse_a_broken_trail(apps, rows, head):
    """Linking a broken chain again would hide where it is broken."""
    seals = [
        links.Seal(
            row.day,
            row.first_number,
            row.last_number,
            row.last_digest,
            row.previous_digest,
            row.digest,
            row.mac,
        )
        for row in apps.get_model("audit", "DaySeal").objects.all()
    ]
    stored = trail.Trail(
        [entry_of(row) for row in rows], seals, links.Head(head.count, head.day, head.digest, head.mac)
    )
    if findings := trail.verify(stored, keys.trail_key()).findings:
        raise ValueError(
            f"审计链在编号 {findings[0].number} 处不完好，先用 quyu audit verify 查明，再退回旧版本。"
        )


def link_in_the_old_form(apps, schema_editor):
    Decision, head = apps.get_model("audit", "Decision"), apps.get_model("audit", "ChainHead").objects.first()
    if head is None or not head.count:
        return
    rows = list(Decision.objects.order_by("number"))
    refuse_a_broken_trail(apps, rows, head)
    previous = ""
    for row in rows:
        row.previous_digest = previous
        row.digest = previous = links.plain_digest(entry_of(row))
    Decision.objects.bulk_update(rows, ["previous_digest", "digest"], batch_size=CHUNK)
    head.digest = previous
    head.save()


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_number_day_and_mac")]

    operations = [migrations.RunPython(seal_the_past, link_in_the_old_form)]
