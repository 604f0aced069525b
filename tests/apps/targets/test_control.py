"""What controls a version: the review of an approver, the certificate that finds tampering, people, the chain of values."""

import json
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.urls import reverse

from quyu.apps.targets import selectors, services, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import Letter, Lock, Operation, PlanVersion
from quyu.apps.targets.selectors.checks import checks
from quyu.apps.targets.selectors.lineage import lineage
from quyu.apps.targets.selectors.proof import proof
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.review import previous_of, review
from quyu.apps.targets.services import letters
from quyu.platform.approvals import services as approvals
from quyu.platform.files import services as files
from quyu.shell.cli.verify import verify
from tests.apps.targets.plans import AT, edit, make_plan, publish, scope
from tests.people import TODAY, Company, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


def second(company: Company, first: PlanVersion) -> PlanVersion:
    draft = services.new_version(plan_version=first, actor=company.operations, at=AT)
    edit(draft, company.operations, f"T:{company.yuedong.code}", "2027", 5_000_000_00)
    return PlanVersion.objects.get(pk=draft.pk)


def tamper(version: PlanVersion, delta: int = 7) -> str:
    """Changes the first cell in the database; the label of the cell."""
    axes = Axes.from_json(version.axes)
    cells = store.load(version).copy()
    cells[0] += delta
    store.save(version, cells)
    return axes.label(axes.cell(0))


@pytest.mark.capability("DEC13", "B4")
def test_the_review_shows_what_changed_by_node_and_person(company: Company) -> None:
    first = publish(company, make_plan(company))
    draft = second(company, first)
    axes = Axes.from_json(draft.axes)
    reach = selectors.reach_of(axes, scope(company.director), at=TODAY)

    found = review(draft, reach=reach, at=TODAY)

    assert (found.previous, previous_of(first)) == (first, None)
    assert {row.name for row in found.regions} == {"总部", "华南", "广东", "粤东"}
    assert len({row.delta for row in found.regions}) == 1
    assert found.unchanged == len(axes.regions) - 4
    named = {row.name for row in found.people}
    assert company.person("neighbour").name in named
    assert company.person("owner").name not in named
    assert found.now.growth is not None
    assert found.now.growth.count == 3
    assert found.before is not None
    assert found.before.growth != found.now.growth
    leaves = review(draft, reach=reach, at=TODAY, level="leaf", text="粤")
    assert [row.name for row in leaves.regions] == ["粤东"]


def test_the_pages_answer_and_keep_to_the_reach(company: Company) -> None:
    draft = second(company, publish(company, make_plan(company)))

    for name in ("review", "people", "chain", "proof"):
        assert client_of(company.director).get(reverse(f"target-{name}", args=[draft.pk])).status_code == 200
    boss = client_of(company.boss)
    assert "粤东" not in boss.get(reverse("target-review", args=[draft.pk])).content.decode()
    assert "粤东" not in boss.get(reverse("target-people", args=[draft.pk])).content.decode()
    assert (
        boss.get(reverse("target-chain", args=[draft.pk]), {"region": "GD", "period": "2027"}).status_code
        == 404
    )
    assert boss.get(reverse("target-proof", args=[draft.pk])).status_code == 403


@pytest.mark.capability("DEC13", "TGT3")
def test_the_approver_is_told_what_the_checks_say_and_where_they_stand(company: Company) -> None:
    version = make_plan(company)
    edit(version, company.operations, "GD", "2027", 9_000_000_000_00)
    axes, draft = Axes.from_json(version.axes), PlanVersion.objects.get(pk=version.pk)
    whole = selectors.reach_of(axes, scope(company.director), at=TODAY)
    found = checks(draft, axes, reach=whole, at=TODAY)

    approval = services.submit(plan_version=draft, actor=company.operations, at=AT)

    told = approval.summary["checks"]
    assert told["checked"] == len(found)
    assert told["failed"] == sum(not check.is_met for check in found)
    assert (told["high"], told["low"]) == tuple(
        sum(check.challenge.verdict == side for check in found) for side in ("high", "low")
    )
    assert told["high"] > 0
    assert told["orphans"] == 1  # nothing is linked to a strategy: the whole company is one orphan
    client = client_of(company.director)
    page = client.get(reverse("approval", args=[approval.pk])).content.decode()
    assert f'href="{reverse("target-checks", args=[draft.pk])}"' in page
    assert all(word in page for word in ("偏高", "偏低", "不满足的规则", "没有战略依据"))
    review_page = client.get(reverse("target-review", args=[draft.pk])).content.decode()
    assert "1 项没有" in review_page
    assert "这一年还没有发布过" in review_page
    assert "变化最大" not in review_page


def test_publication_as_of_a_day_on_the_page(company: Company) -> None:
    first = publish(company, make_plan(company))
    draft = second(company, first)
    approval = services.submit(plan_version=draft, actor=company.operations, at=AT)
    approvals.approve(approval=approval, actor=company.director, at=AT)
    client = client_of(company.operations)
    assert 'name="effective_from"' in client.get(reverse("target-review", args=[draft.pk])).content.decode()

    past = client.post(
        reverse("target-publish", args=[draft.pk]), {"effective_from": "2026-06-01"}, follow=True
    )
    assert PlanVersion.objects.get(pk=draft.pk).state == "approved"
    assert "生效日 2026-06-01 已经过去" in past.content.decode()
    assert 'name="effective_from"' in past.content.decode()
    later = client.post(
        reverse("target-publish", args=[draft.pk]), {"effective_from": "2026-07-01"}, follow=True
    )
    assert "已发布，2026-07-01 起生效" in later.content.decode()

    assert PlanVersion.objects.get(pk=draft.pk).state == "scheduled"
    assert selectors.published_version(2027, at=date(2026, 6, 30)) == first
    assert selectors.published_version(2027, at=date(2026, 7, 1)) == draft


@pytest.mark.capability("B1")
def test_an_untouched_version_proves_and_its_digest_stands_on_the_letters(company: Company) -> None:
    version = publish(company, make_plan(company))
    letter = Letter.objects.get(person=company.person("owner"))
    letters.accept(letter=letter, actor=company.owner, is_proven=True, at=AT)

    found = proof(version)

    assert found.flaws == ()
    assert found.nodes > found.cells > 0
    assert (found.letters, found.operations) == (version.letters.count(), 1)
    assert letter.content["certificate"] == found.digest
    result = CliRunner().invoke(verify, ["plan", str(version.pk), "--json"])
    assert result.exit_code == 0
    assert json.loads(result.output.splitlines()[-1])["intact"] is True


@pytest.mark.capability("B1", "ADJ6")
def test_a_changed_cell_is_named_and_the_command_fails(company: Company) -> None:
    version = publish(company, make_plan(company))
    place = tamper(version)

    result = CliRunner().invoke(verify, ["plan", str(version.pk), "--json"])

    told = json.loads(result.output.splitlines()[-1])
    assert result.exit_code == 1
    assert place in [flaw["place"] for flaw in told["flaws"] if flaw["kind"] == "cells"]
    assert {"cells", "total", "letter"} <= {flaw["kind"] for flaw in told["flaws"]}
    spoken = CliRunner().invoke(verify, ["plan", str(version.pk)])
    assert place in spoken.output
    assert (
        place in client_of(company.director).get(reverse("target-proof", args=[version.pk])).content.decode()
    )


@pytest.mark.capability("B1", "ADJ6")
def test_every_kind_of_tampering_is_found(company: Company) -> None:
    version = publish(company, make_plan(company))
    edited = second(company, version)
    axes = Axes.from_json(edited.axes)

    PlanVersion.objects.filter(pk=version.pk).update(total_fen=version.total_fen + 1)
    assert {flaw.kind for flaw in proof(PlanVersion.objects.get(pk=version.pk)).flaws} >= {"total"}
    Operation.objects.filter(plan_version=edited, sequence=2).update(reason="另一个理由")
    assert [flaw.kind for flaw in proof(edited).flaws] == ["log"]
    chunk = version.chunks.get(layer="value")
    version.chunks.filter(pk=chunk.pk).update(blob=zlib.compress(b"x"))
    assert "cells" in {flaw.kind for flaw in proof(version).flaws}
    assert axes.size


def test_a_change_of_locked_cells_behind_the_back_of_the_product_is_found(company: Company) -> None:
    version = make_plan(company)
    edit(version, company.operations, "GD", "2027-03", 1_000_00)
    services.lock(
        plan_version=version, region="JS", period="2027", product_line="", reason="已定",
        actor=company.operations, scope=scope(company.operations), at=AT,
    )  # fmt: skip
    edit(version, company.operations, "GD", "2027-04", 2_000_00)
    assert [flaw for flaw in proof(version).flaws if flaw.kind == "lock"] == []

    Lock.objects.update(region="GD", period="2027-04")

    assert [flaw.kind for flaw in proof(PlanVersion.objects.get(pk=version.pk)).flaws] == ["lock"]


@pytest.mark.capability("ADJ6")
def test_every_number_has_a_parent(company: Company) -> None:
    first = publish(company, make_plan(company))
    draft = second(company, first)
    node = Node("GD", "2027")
    axes = Axes.from_json(draft.axes)
    whole = Reach((axes.tree.root,), is_everything=True)

    links = lineage(draft, node, reach=whole)

    assert [link.version for link in links] == [draft, first]
    assert [step.title for step in links[0].steps] == ["修改", "复制版本"]
    assert (links[0].steps[0].person, links[0].steps[0].reason) == (
        company.operations.get_full_name() or "operations",
        "市场变化",
    )
    assert links[0].steps[0].before == links[1].value == links[1].steps[0].after
    assert links[0].value == int(store.load(draft)[axes.block(node)].sum())
    untouched = lineage(draft, Node("JS", "2027"), reach=whole)
    assert [step.title for step in untouched[0].steps] == ["复制版本"]


@pytest.mark.capability("ORD6")
def test_a_letter_file_is_recognised_and_one_changed_byte_is_not(company: Company, tmp_path: Path) -> None:
    publish(company, make_plan(company))
    letter = letters.accept(
        letter=Letter.objects.get(person=company.person("owner")), actor=company.owner, is_proven=True, at=AT
    )
    content = files.path_of(letter.signed).read_bytes()  # type: ignore[arg-type]
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(content)
    bad.write_bytes(content[:-1] + b" ")

    sealed = tmp_path / "sealed.pdf"
    sealed.write_bytes(files.path_of(letter.sealed).read_bytes())  # type: ignore[arg-type]

    found = CliRunner().invoke(verify, ["letter", str(good)])
    assert found.exit_code == 0
    assert "（公章）" in found.output
    assert "签收以前的盖章文件" not in found.output
    assert "签收以前的盖章文件" in CliRunner().invoke(verify, ["letter", str(sealed)]).output
    assert CliRunner().invoke(verify, ["letter", str(bad)]).exit_code == 1
