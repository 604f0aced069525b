"""Learning the potential of counties from the company's own sales."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from quyu.apps.market import field
from quyu.apps.market.models import PotentialModel
from quyu.apps.market.selectors.features import by_county, features
from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User

if TYPE_CHECKING:
    from quyu.engine import potential as engine
else:
    engine = deferred("quyu.engine.potential")

BP = 10_000


class NothingToLearnFrom(Refusal):
    """No sales, or no population."""


@transaction.atomic
def fit_potential(*, actor: User | None, at: datetime) -> PotentialModel:
    """Fit the model on the counties with sales, test it on those it has not seen, and keep both.

    Raises NothingToLearnFrom, TooFewMarkets.
    """
    today = day_of(at)
    sold = by_county("amount")
    if not sold:
        raise NothingToLearnFrom("no_sales", "还没有各县的销售额；请先导入订单，并让客户有所在区县。")
    seen = features(today, sold)
    if not seen.codes:
        raise NothingToLearnFrom(
            "no_population", "还没有各县的人口数据；请先导入市场数据，至少要有人口一列。"
        )
    learn = np.array([code in sold for code in seen.codes], dtype=np.bool_)
    sales = np.array([sold.get(code, 0) for code in seen.codes], dtype=np.float64)
    sample = engine.Sample(seen.matrix[learn], sales[learn], seen.places[learn])
    model, test = engine.fit(sample), engine.backtest(sample)
    said = model.predict(seen.matrix)
    whole = model.parts(sample.features).sum(axis=0)
    row = PotentialModel.objects.create(
        as_of=today,
        fitted_at=audit.moment(at),
        fitted_by=actor,
        features=[
            {
                "code": one.code,
                "coefficient": float(coefficient),
                "share_bp": round(float(part) / max(float(whole.sum()), 1e-300) * BP),
            }
            for one, coefficient, part in zip(seen.known, model.coefficients, whole, strict=True)
        ],
        report={
            "markets": int(learn.sum()),
            "counties": len(seen.codes),
            "estimated": len(seen.estimated & set(seen.codes)),
            "sales_to": str(field.counted_on("amount") or ""),
            "wape_bp": round(test.wape * BP),
            "mape_bp": round(test.mape * BP),
            "naive_wape_bp": round(test.naive_wape * BP),
            "naive_mape_bp": round(test.naive_mape * BP),
            "is_better": test.is_better,
            "folds": [
                {
                    "markets": one.markets,
                    "wape_bp": round(one.wape * BP),
                    "naive_wape_bp": round(one.naive_wape * BP),
                }
                for one in test.folds
            ],
        },
        values={
            code: round(value) for code, value in zip(seen.codes, said.tolist(), strict=True) if round(value)
        },
    )
    audit.record(
        actor=actor, verb="create", subject=row, label=str(row), detail={"markets": int(learn.sum())}, at=at
    )
    return row
