"""Metrics with parameters as a program: groups of a column, calibration, and metrics of the confusion table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from tests.e2e.test_compare_models import CONFIG, judged, model

if TYPE_CHECKING:
    from pathlib import Path

RULES = """\
baselines: [{name: old, predictions: old.csv}, dummy]
gate:
  rules:
    - {metric: demographic_parity_difference, by: sex, at-most: 0.3}
    - {metric: equalized_odds_difference, by: sex, against: old, margin: 0.5}
    - {metric: calibration_error, against: old, margin: 0.05}
    - {metric: calibration_error, at-most: 0.01, proven: true}
    - {metric: matthews_corrcoef, against: dummy, margin: 0}
    - {metric: fbeta, beta: 2, against: old, margin: 5%}
    - {metric: equal_opportunity_difference, by: site, at-most: 0.3}
"""


def test_metrics_with_parameters(tmp_path: Path) -> None:
    (labels, scores), (_, others) = model(), model(1)
    n = len(labels)
    sex, site = np.array(["f", "m"])[np.arange(n) % 2], np.where(labels == 1, "here", "there")
    (tmp_path / "mlgate.yml").write_text(CONFIG + RULES)
    rows = (f"{i},{labels[i]},{sex[i]},{site[i]}\n" for i in range(n))
    (tmp_path / "holdout.csv").write_text("id,y,sex,site\n" + "".join(rows))
    for name, given in (("predictions.csv", scores), ("old.csv", others)):
        lines = (f"{i},{int(s > 0.5)},{s:.6f}\n" for i, s in enumerate(given))
        (tmp_path / name).write_text("id,prediction,score\n" + "".join(lines))
    (tmp_path / "model.txt").write_text("a")
    done = judged(tmp_path)
    assert [done.rule(i)[0] for i in range(7)] == ["pass", "pass", "pass", "fail", "pass", "pass", "fail"]
    assert done.rule(3)[1] == ["above-ceiling"]
    assert done.rule(6)[1] == ["metric-undefined"], "nobody there is of class 1"
    assert "has no row of class 1" in done.document["rules"][6]["message"]
    assert [rule["by"] for rule in done.document["rules"][:2]] == ["sex", "sex"]
    shown = {item["side"]: item for item in done.document["calibrations"]}
    assert set(shown) == {"candidate", "old"}
    assert sum(shown["candidate"]["rows"]) == n
    assert shown["candidate"]["calibration_error"] == done.document["rules"][3]["candidate"]
