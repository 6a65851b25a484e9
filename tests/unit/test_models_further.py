"""Firth's penalty, interactions, landmarks and restricted means, in samples small enough to count.

The numbers of real studies are compared with R in tests/reference.
"""

import math

import numpy as np
import pytest
from tests.unit.patients import table

from retrocohort.faults import FaultsFound
from retrocohort.models import cox
from retrocohort.models.interaction import interaction_tables, subgroups_of
from retrocohort.models.landmark import landmark_tables
from retrocohort.models.model_table import model_table
from retrocohort.models.newton import Maximum
from retrocohort.models.rmst import restricted_mean, rmst_rows
from retrocohort.models.samples import at_risk, sample_of

YESNO = {"no": "No", "yes": "Yes"}
VARIABLES = {
    "drug": {"type": "yesno", "levels": YESNO},
    "sex": {"type": "category", "levels": {"f": "Women", "m": "Men"}},
    "part": {"type": "category", "levels": {"a": "A", "b": "B", "c": "C"}},
}
CONVENTIONS = {"ties": "breslow", "interval": "log", "quantiles": "r", "confidence": 0.95}
COHORT = """
 drug | sex | part | os_time | os_event | in_full | in_women | in_men | in_early
 no   | f   | a    | 2       | 1        | 1       | 1        | 0      | 1
 no   | f   | a    | 5       | 1        | 1       | 1        | 0      | 0
 no   | m   | a    | 5       | 1        | 1       | 0        | 1      | 0
 no   | m   | b    | 9       | 0        | 1       | 0        | 1      | 0
 yes  | f   | b    | 1       | 0        | 1       | 1        | 0      | 1
 yes  | f   | b    | 7       | 1        | 1       | 1        | 0      | 0
 yes  | m   | b    | 6       | 1        | 1       | 0        | 1      | 0
 yes  | m   | c    | 8       | 0        | 1       | 0        | 1      | 0
 -    | m   | c    | 8       | 1        | 1       | 0        | 1      | 0
 yes  | -   | c    | 8       | 1        | 1       | 0        | 0      | 0
"""


@pytest.fixture
def frame():
    made = table(COHORT)
    return made.astype({name: bool for name in made if name.startswith("in_")})


def interaction(frame, asked, **entry):
    sample = at_risk(frame, "os", "full")
    groups = subgroups_of(frame, sample, asked, VARIABLES, "further.x")
    entry = {"by": "drug", "covariates": [], "without": []} | entry
    return interaction_tables(frame, sample, entry, groups, VARIABLES, CONVENTIONS)


class TestFirth:
    def fit(self, text, ties="breslow", **more):
        frame = table(text).assign(in_full=True)
        model = {"covariates": ["drug"], "penalty": "firth", "ties": ties, **more}
        return model_table(frame, at_risk(frame, "os", "full"), VARIABLES, model, CONVENTIONS)

    def test_one_death_of_two_patients_is_known_in_closed_form(self):
        """With p the share of the one who dies, 3/2 log p + 1/2 log(1 - p) is largest at 3/4."""
        rows = self.fit("drug | os_time | os_event\nyes | 1 | 1\nno | 2 | 0")
        row = rows.estimates[1]
        assert row["coef"] == pytest.approx(math.log(3), rel=1e-9)
        assert row["se"] == pytest.approx(1 / math.sqrt(3 / 16), rel=1e-9)

        def penalised(b):
            p = 1 / (1 + math.exp(-b))
            return 1.5 * math.log(p) + 0.5 * math.log(1 - p)

        drop = 2 * (penalised(math.log(3)) - penalised(0))
        assert row["z"] == pytest.approx(math.sqrt(drop), rel=1e-9)
        for limit in ("hr_low", "hr_high"):
            fall = 2 * (penalised(math.log(3)) - penalised(math.log(row[limit])))
            assert fall == pytest.approx(3.841458820694124, rel=1e-9)
        assert row["hr_low"] < 1 < row["hr_high"]

    def test_without_the_penalty_there_is_no_estimate(self):
        text = "drug | os_time | os_event\nyes | 1 | 1\nyes | 3 | 0\nno | 2 | 0\nno | 4 | 0"
        assert self.fit(text, penalty=None).estimates[1]["note"].startswith("not estimable")
        row = self.fit(text).estimates[1]
        assert row["note"] == "" and 0 < row["hr_low"] < row["hr"] < row["hr_high"] < math.inf

    def test_the_fit_tells_what_a_penalised_likelihood_has(self):
        rows = self.fit("drug | os_time | os_event\nyes | 1 | 1\nno | 2 | 0")
        statistics = {row["statistic"]: row for row in rows.fit}
        assert statistics["converged"]["value"] == 1 and statistics["lr"]["df"] == 1
        assert not {"aic", "score", "engines_agree"} & set(statistics)
        assert rows.ph == []

    def test_nobody_has_an_event(self):
        rows = self.fit("drug | os_time | os_event\nyes | 1 | 0\nno | 2 | 0")
        assert [row.get("note") for row in rows.estimates][1] == "not estimable: no event"

    def test_a_column_determined_by_others_is_left_out(self):
        text = "drug | sex | os_time | os_event\nyes | m | 1 | 1\nno | f | 2 | 1\nno | f | 3 | 0"
        rows = self.fit(text, covariates=["drug", "sex"]).estimates
        assert rows[3]["note"] == "not estimable: determined by the covariates before it"
        assert rows[1]["hr"] > 1

    def test_a_fit_that_does_not_converge_says_so(self, monkeypatch):
        stuck = cox.firth.Peak(np.zeros(1), None, False)
        monkeypatch.setattr(cox.firth, "maximise", lambda *given: stuck)
        rows = self.fit("drug | os_time | os_event\nyes | 1 | 1\nno | 2 | 0")
        assert rows.estimates[1]["note"] == "not estimable: the fit did not converge"
        assert "hr" not in rows.estimates[1]


class TestInteraction:
    def test_patients_in_no_subgroup_are_counted_and_left_out(self, frame):
        (test,), ratios = interaction(frame, ["women", "men"])
        assert (test["n"], test["events"], test["n_outside"], test["n_missing"]) == (8, 5, 1, 1)
        assert test["subgroups"] == "women|men" and test["df"] == test["terms"] == 1
        sizes = [(row["subgroup"], row["level"], row["n"], row["events"]) for row in ratios]
        assert sizes == [
            ("women", "no", 2, 2),
            ("women", "yes", 2, 1),
            ("men", "no", 2, 1),
            ("men", "yes", 2, 1),
        ]

    def test_levels_and_populations_give_the_same(self, frame):
        by_population, by_level = interaction(frame, ["women", "men"]), interaction(frame, "sex")
        assert by_population[0][0]["p"] == by_level[0][0]["p"]
        ratios = [[row.get("hr") for row in rows] for _, rows in (by_population, by_level)]
        assert ratios[0] == ratios[1] and ratios[0][1] > 0

    def test_populations_that_share_patients_are_a_fault(self, frame):
        with pytest.raises(FaultsFound) as found:
            interaction(frame, ["women", "early"])
        assert str(found.value.faults[0]) == (
            "further.x.subgroups: the populations share patients (2)."
            " Name populations that have none in common."
        )

    def test_a_combination_without_patients_costs_no_degree_of_freedom(self, frame):
        frame.loc[7, "drug"] = "no"
        (test,), _ = interaction(frame, "part")
        assert (test["terms"], test["df"]) == (2, 1)
        assert test["note"] == "1 of 2 interaction terms left out: no estimate"

    def test_without_such_a_term_there_is_no_test(self, frame):
        (test,), ratios = interaction(frame, "part")
        assert test["note"] == "not estimable: no interaction term has an estimate"
        notes = {(row["subgroup"], row["level"]): row.get("note", "") for row in ratios}
        assert notes["a", "yes"] == "not estimable: no patient"
        assert notes["b", "yes"] == "not estimable: no event in the reference level"
        assert notes["c", "yes"] == "not estimable: no patient in the reference level"

    def test_a_further_test_leaves_subgroups_out(self, frame):
        tests, ratios = interaction(frame, "part", without=["a"])
        assert [test["subgroups"] for test in tests] == ["a|b|c", "b|c"]
        assert tests[1]["note"] == "not estimable: no interaction term has an estimate"
        assert tests[1]["n_outside"] == 3 and len(ratios) == 6

    def test_the_main_engine_is_not_asked(self, frame, monkeypatch):
        monkeypatch.setattr(cox, "fit_engine", None)
        (test,), _ = interaction(frame, "sex")
        assert 0 < test["p"] < 1

    @pytest.mark.parametrize("stuck", [{1}, {2}, {1, 2}])  # without and with interaction
    def test_a_fit_that_does_not_converge_is_told(self, frame, monkeypatch, stuck):
        calls, own = [], cox.maximise

        def stop(likelihood):
            calls.append(likelihood)
            none = Maximum(np.zeros(likelihood.x.shape[1]), np.zeros(0, bool), False)
            return none if len(calls) in stuck else own(likelihood)

        monkeypatch.setattr(cox, "maximise", stop)
        (test,), ratios = interaction(frame, "sex")
        note = "not estimable: the fit did not converge"
        assert len(calls) == 2 and test["note"] == note and "p" not in test
        assert (ratios[1].get("note") == note) == ("hr" not in ratios[1]) == (2 in stuck)


class TestLandmark:
    def analyse(self, frame, at):
        entry = {"by": "drug", "at": at}
        return landmark_tables(frame, at_risk(frame, "os", "full"), entry, VARIABLES, CONVENTIONS)

    def test_who_leaves_up_to_the_landmark_is_counted(self, frame):
        rows = self.analyse(frame, 5)["excluded"]
        assert {row["reason"]: (row["n"], row["events"]) for row in rows} == {
            "before": (10, 7),
            "event_before": (3, 3),
            "censored_before": (1, 0),
            "group_unknown": (1, 1),
            "analysed": (5, 3),
        }

    def test_time_starts_anew(self, frame):
        curve = [row for row in self.analyse(frame, 5)["km"] if row["level"] == "yes"]
        assert [(row["time"], row["n_risk"]) for row in curve] == [(1, 4), (2, 3), (3, 2)]
        sizes = {row["level"]: row["n"] for row in self.analyse(frame, 5)["quantiles"]}
        assert sizes == {"": 5, "no": 1, "yes": 4}

    def test_the_landmark_is_on_exact_times(self, frame):
        frame["os_exact"] = frame["os_time"] + 0.4  # that is how it was rounded
        sample = at_risk(frame, "os", "full", exact=True)
        rows = landmark_tables(frame, sample, {"by": "drug", "at": 5}, VARIABLES, CONVENTIONS)
        assert rows["excluded"][-1]["n"] == 7  # two more, who left at 5.4
        assert min(row["time"] for row in rows["km"]) == pytest.approx(0.4)
        assert at_risk(frame, "os", "full").time.tolist() == frame["os_time"].tolist()

    def test_after_the_last_time_nobody_is_left(self, frame):
        tables = self.analyse(frame, 9)
        assert [row["n"] for row in tables["quantiles"]] == [0, 0, 0]
        assert all(row["note"].startswith("not estimable") for row in tables["quantiles"])
        assert tables["logrank"][0]["note"].startswith("not estimable")
        assert tables["km"] == []


class TestRestrictedMean:
    def test_two_patients(self):
        """S falls to 1/2 at 1: 1 + 1/2 up to 2; the half unit to come has Greenwood's 1/2."""
        mean, se = restricted_mean(sample_of([1, 3], [1, 1]), 2)
        assert (mean, se) == (1.5, pytest.approx(math.sqrt(0.5**2 / 2)))

    def test_after_the_last_death_nothing_is_added(self):
        assert restricted_mean(sample_of([1, 3], [1, 1]), 50)[0] == 2

    def test_a_death_at_tau_does_not_count(self):
        assert restricted_mean(sample_of([2, 3], [1, 0]), 2) == (2, 0)

    def rows(self, frame, name="drug", tau=None):
        sample = at_risk(frame, "os", "full")
        return rmst_rows(frame, sample, name, VARIABLES, tau, 0.95)

    def test_tau_is_the_smallest_of_the_last_times(self, frame):
        rows = self.rows(frame)
        assert {row["tau"] for row in rows} == {8}
        assert [(row["level"], row["reference"]) for row in rows] == [
            ("no", ""),
            ("yes", ""),
            ("yes", "no"),
        ]
        assert rows[2]["estimate"] == rows[1]["estimate"] - rows[0]["estimate"]
        assert rows[2]["se"] ** 2 == pytest.approx(rows[0]["se"] ** 2 + rows[1]["se"] ** 2)

    def test_a_group_that_is_not_followed_so_long_has_no_mean(self, frame):
        frame.loc[frame["part"] == "a", "os_event"] = 0.0
        rows = {(row["level"], row["reference"]): row for row in self.rows(frame, "part", 8)}
        assert rows["a", ""]["note"] == "not estimable: follow-up of this group ends before tau"
        assert rows["b", "a"]["note"] == "not estimable: a group of the two has no estimate"
        assert rows["c", "b"]["se"] > 0

    def test_a_group_of_which_all_died_has_one(self, frame):
        rows = {(row["level"], row["reference"]): row for row in self.rows(frame, "part", 8)}
        assert rows["a", ""]["estimate"] == 4

    def test_before_the_first_death_there_is_no_test(self, frame):
        *means, difference = self.rows(frame, tau=1.5)  # one is censored at 1, the first dies at 2
        assert [row["estimate"] for row in means] == [1.5, 1.5]
        assert (difference["estimate"], difference["se"]) == (0, 0) and "p" not in difference
        assert difference["note"] == "not estimable: nobody of either group died before tau"

    def test_a_group_without_patients_does_not_set_tau(self, frame):
        frame.loc[frame["part"] == "a", "part"] = None
        rows = {(row["level"], row["reference"]): row for row in self.rows(frame, "part")}
        assert rows["a", ""]["note"] == "not estimable: no patient"
        assert rows["c", "b"]["tau"] == 8
