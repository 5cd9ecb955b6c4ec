"""What a training command is told, and what it must never see."""

import pytest

from mlgate.core.training import environment
from mlgate.core.training.environment import Given

TAKEN = {
    "GITHUB_TOKEN": "t",
    "GH_TOKEN": "t",
    "MLGATE_GITHUB_TOKEN": "t",
    "MLGATE_CONFIG": "c",
    "ACTIONS_RUNTIME_TOKEN": "t",
    "ACTIONS_RUNTIME_URL": "u",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t",
    "ACTIONS_ID_TOKEN_REQUEST_URL": "u",
    "GITHUB_ENV": "f",
    "GITHUB_PATH": "f",
    "GITHUB_OUTPUT": "f",
    "GITHUB_STATE": "f",
    "GITHUB_STEP_SUMMARY": "f",
}
PASSED = {
    "PATH": "/bin",
    "HOME": "/home/user",
    "PYTHONPATH": "src",
    "VIRTUAL_ENV": "/home/user/venv",
    "GITHUB_SHA": "abc",
    "GITHUB_ENVIRONMENT": "test",
    "GITHUB_TOKEN_NAME": "n",
    "ACTIONS_CACHE_URL": "u",
    "AWS_SECRET_ACCESS_KEY": "s",
    "XMLGATE_X": "x",
}


def test_takes_away_exactly_what_the_design_names() -> None:
    assert environment.cleaned(TAKEN | PASSED) == PASSED


def test_tells_seed_holdout_tables_and_folder() -> None:
    given = Given(seed=7, out="/run/out", holdout="/run/holdout.csv", tables=(("last-year", "/data/l.csv"),))

    assert environment.for_command({"MLGATE_TRAIN_SEED": "other", "A": "1"}, given) == {
        "A": "1",
        "MLGATE_TRAIN_SEED": "7",
        "MLGATE_TRAIN_OUT": "/run/out",
        "MLGATE_TRAIN_HOLDOUT": "/run/holdout.csv",
        "MLGATE_TRAIN_TABLE_LAST_YEAR": "/data/l.csv",
    }


def test_the_labelled_holdout_is_not_among_the_tables() -> None:
    given = Given(seed=0, out="o", tables=(("train", "t.csv"), ("holdout", "h.csv")))

    assert set(environment.variables(given)) == {"MLGATE_TRAIN_SEED", "MLGATE_TRAIN_OUT", "MLGATE_TRAIN_TABLE_TRAIN"}


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("train", "MLGATE_TRAIN_TABLE_TRAIN"),
        ("lastYear", "MLGATE_TRAIN_TABLE_LASTYEAR"),
        ("a.b c", "MLGATE_TRAIN_TABLE_A_B_C"),
        ("größe", "MLGATE_TRAIN_TABLE_GR__E"),
    ],
)
def test_a_table_has_a_variable_in_upper_snake(name: str, variable: str) -> None:
    assert environment.table_variable(name) == variable


def test_tables_that_share_a_variable_are_found() -> None:
    assert environment.ambiguous_tables(["a-b", "train", "a_b"]) == ("a-b", "a_b")
    assert environment.ambiguous_tables(["a", "b"]) == ()


def test_values_of_variables_named_like_secrets_are_masked() -> None:
    env = {
        "HF_TOKEN": "hf_abcdef",
        "db_password": "hunter22",
        "DEPLOY_KEY": "-----BEGIN\nline-two-of-key\n-----END",
        "API_KEY": "short",
        "CITY": "Lisbon-city",
    }

    hidden = environment.secrets(env)

    assert environment.masked("hf_abcdef hunter22 line-two-of-key short Lisbon-city", hidden) == (
        "*** *** *** short Lisbon-city"
    )


def test_a_secret_that_holds_another_is_masked_whole() -> None:
    hidden = environment.secrets({"A_TOKEN": "abcdef", "B_TOKEN": "abcdefghi"})

    assert environment.masked("abcdefghi", hidden) == "***"
