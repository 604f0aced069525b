"""The log of a version kept what a change replaced; it now keeps what was added, which leads both ways.

Backwards, everything is written as the code before could read it: patches, cells, axes.
"""

import struct
import zlib

import numpy as np
from django.db import migrations

from quyu.apps.targets.packing import pack, unpack

HEAD = struct.Struct("<II")
CHUNK = 16_384


class NotOfThree(RuntimeError):
    """A version has dimensions that the code before does not know."""


def added(before, after):
    changed = before != after
    mask = zlib.compress(np.packbits(changed).tobytes(), 1)
    return HEAD.pack(before.size, len(mask)) + mask + pack((after - before)[changed])


def before_added(after, stored):
    size, length = HEAD.unpack_from(stored)
    bits = np.frombuffer(zlib.decompress(stored[HEAD.size : HEAD.size + length]), np.uint8)
    before = after.copy()
    before[np.unpackbits(bits, count=size).astype(bool)] -= unpack(stored[HEAD.size + length :])
    return before


def replaced(before, after):
    changed = before != after
    values = np.ascontiguousarray(before[changed], "<i8")
    return zlib.compress(np.packbits(changed).tobytes() + values.tobytes(), 1)


def before_replaced(after, stored):
    raw = zlib.decompress(stored)
    end = (after.size + 7) // 8
    before = after.copy()
    mask = np.unpackbits(np.frombuffer(raw[:end], np.uint8), count=after.size).astype(bool)
    before[mask] = np.frombuffer(raw[end:], "<i8")
    return before


def rewrite(apps, step, write):
    """Every patch of every version again, from the newest back."""
    operations = apps.get_model("targets", "Operation").objects
    chunks = apps.get_model("targets", "CellChunk").objects
    for version in operations.values_list("plan_version_id", flat=True).distinct().order_by():
        stored = chunks.filter(plan_version_id=version, layer="value").order_by("index")
        cells = np.concatenate([unpack(bytes(blob)) for blob in stored.values_list("blob", flat=True)])
        for row in operations.filter(plan_version_id=version).order_by("-sequence").iterator(100):
            if row.patch is None:
                continue
            before = step(cells, bytes(row.patch))
            operations.filter(pk=row.pk).update(patch=write(before, cells))
            cells = before


def forwards(apps, _schema_editor):
    rewrite(apps, before_replaced, added)


def backwards(apps, _schema_editor):
    rewrite(apps, before_added, replaced)
    chunks = apps.get_model("targets", "CellChunk").objects
    for pk in list(chunks.values_list("pk", flat=True)):
        cells = unpack(bytes(chunks.values_list("blob", flat=True).get(pk=pk)))
        chunks.filter(pk=pk).update(blob=zlib.compress(np.ascontiguousarray(cells, "<i8").tobytes(), 1))
    versions = apps.get_model("targets", "PlanVersion").objects
    for pk in list(versions.values_list("pk", flat=True)):
        axes = versions.values_list("axes", flat=True).get(pk=pk)
        if "dimensions" in axes:
            versions.filter(pk=pk).update(axes=of_three(pk, axes))


def of_three(pk, axes):
    region, period, product, *others = axes["dimensions"]
    lines = [code for code in product["order"] if product["parents"][code] is not None]
    if others or "cells" in axes or any(product["parents"][code] != "*" for code in lines):
        raise NotOfThree(f"plan version {pk} has further dimensions, remove it first")
    inner = set(period["parents"].values())
    return {
        "year": axes["year"],
        "regions": region["parents"],
        "order": region["order"],
        "months": [code for code in period["order"] if code not in inner],
        "product_lines": lines,
        "names": region["names"],
        "line_names": product["names"],
        "owners": region.get("owners", {}),
    }


class Migration(migrations.Migration):
    dependencies = [("targets", "0006_lattice")]

    operations = [migrations.RunPython(forwards, backwards)]
