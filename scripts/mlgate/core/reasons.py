"""Every reason that an outcome can have, documented once.

`docs/reference/reasons.md` is generated from this table, and a test holds that no other id is used.
Ids are never renamed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ReasonText:
    """What a reason means, why it usually happens, and what to do.

    Attributes:
        outcome: What it does to the outcome, in words: `fail`, `warn`, `pass`, `note`, or what decides.
        meaning: One or two sentences.
        remedy: What to change.
    """

    outcome: str
    meaning: str
    remedy: str


def _entry(outcome: str, meaning: str, remedy: str) -> ReasonText:
    return ReasonText(outcome=outcome, meaning=meaning, remedy=remedy)


REASONS: dict[str, ReasonText] = {
    # The run
    "usage": _entry(
        "exit 2", "An option or a `MLGATE_*` variable has a value that it cannot have.", "Correct the option it names."
    ),
    "config-invalid": _entry(
        "fail, exit 2",
        "`mlgate.yml` or a contract is missing or has mistakes; all of them are listed with file, line and column.",
        "Correct each line named. `mlgate init` writes a configuration that works.",
    ),
    "input-unreadable": _entry(
        "fail, exit 2",
        "A file that a command was told to read is absent or not what it should be.",
        "Correct the path.",
    ),
    "document-missing": _entry(
        "fail",
        "A step left no document in the run folder: it did not run, or was killed.",
        "Look at that step's log; run the steps in their order with one `run-dir`.",
    ),
    "document-stale": _entry(
        "fail",
        "A document was written from another version of an earlier document than the one in the run folder.",
        "Run the steps again in their order, in an empty run folder.",
    ),
    "document-invalid": _entry(
        "fail", "A document in the run folder is damaged or was written by a newer mlgate.", "Run the steps again."
    ),
    "report-missing": _entry(
        "exit 2", "enforce-gate found no `report.json`.", "Run build-report before, with the same `run-dir`."
    ),
    "step-failed": _entry("fail", "A step could not finish; its error says why.", "Follow the remedy in the message."),
    "inputs-unchanged": _entry(
        "pass",
        "Nothing that the model depends on differs from the base: code, configuration, contracts, data, environment. "
        "Nothing was trained.",
        "Nothing to do. If the model does depend on what changed, name it under `train.inputs`.",
    ),
    # Policy
    "base-unreadable": _entry(
        "exit 2",
        "The commit whose policy judges is not in the checkout, usually because it was cloned with depth 1.",
        "Add `fetch-depth: 2` to the checkout step, or the fetch-base action after it.",
    ),
    "policy-introduced": _entry(
        "warn at most, never blocking",
        "The base has no configuration: this is the pull request that adopts mlgate, judged by its own policy.",
        "Nothing to do; from the merge on the policy binds.",
    ),
    "policy-changed": _entry(
        "note",
        "The pull request edits what judges it; the base's version judged, and the report shows the difference.",
        "Review the difference as policy.",
    ),
    "policy-would-fail": _entry(
        "warn at least",
        "By the policy that this pull request proposes the outcome would be `fail`.",
        "Merge it knowingly: the next pull request is judged by it.",
    ),
    "policy-untried": _entry(
        "warn at least",
        "The pull request edits which columns are compared: the base's were, so nobody has seen the new ones work.",
        "Merge it knowingly; `mlgate check` without `--base` compares by the new ones.",
    ),
    "policy-removed": _entry(
        "fail", "The pull request removes or renames the configuration that gates it.", "Restore the configuration."
    ),
    "holdout-changed": _entry(
        "`gate.on-holdout-change`, default fail",
        "Key, label, group, weight or slices of the holdout differ from the base: another test would judge.",
        "Change the holdout in a pull request of its own, with `gate.on-holdout-change: warn` merged before.",
    ),
    "holdout-features-changed": _entry(
        "note", "Feature columns of the holdout changed; its keys and labels did not.", "Nothing to do."
    ),
    "holdout-unpinned": _entry(
        "`gate.on-holdout-change`, default fail",
        "Nothing at the base fixes the holdout, so nobody can say that it is the one that judged the base.",
        "Add the holdout to git (also by LFS or DVC), or fix it with `mlgate data lock`, in a pull request before.",
    ),
    "baseline-unpinned": _entry(
        "fail",
        "Nothing at the base fixes the predictions file of a baseline, so the pull request could have written it.",
        "Add the file to git, or fix it with `mlgate data lock`, in a pull request before.",
    ),
    "data-not-pulled": _entry(
        "fail",
        "The file on disk is a pointer of Git LFS or DVC, not the data.",
        "Pull the data before mlgate: `git lfs pull`, `dvc pull`, or `lfs: true` at the checkout step.",
    ),
    "data-changed": _entry(
        "fail",
        "A table is not the one that `mlgate.lock`, or a pointer of DVC or Git LFS, fixes.",
        "If the new data are right, fix them: `mlgate data lock`, or `dvc commit`, and commit the file. "
        "Else get the old ones back: `dvc pull`.",
    ),
    "working-copy-dirty": _entry(
        "note",
        "The working copy differs from the commit. It can be judged, never promoted.",
        "Commit what belongs to the model.",
    ),
    # Data
    "rule-unmeasured": _entry(
        "fail or warn, by the rule's `severity`",
        "A table rule had nothing to measure, or cells that are not what it measures: no rows, a column of nulls, text "
        "where numbers should be, NaN, a base or another table that is not there.",
        "Correct the cells that the message counts, declare the column under `row.properties`, or remove the rule.",
    ),
    "contract-broken": _entry(
        "the check's severity", "Rows or the table break the contract.", "Correct the data at the lines named."
    ),
    "data-unreadable": _entry(
        "fail",
        "A table is missing, damaged, or not what its name says; nothing in it was checked.",
        "Correct the file or the path; the message has the place.",
    ),
    "table-empty": _entry(
        "fail",
        "A table has a header and no rows, and its contract does not say that this is right.",
        "Write the rows. If none is right, say so in the contract: `row-count: {at-least: 0}`.",
    ),
    "check-unsupported": _entry(
        "fail",
        "A construct of the contract could not be evaluated, so nobody knows whether the data satisfies it.",
        "Say it in another way; the message names the construct and the cause.",
    ),
    "contract-old-broken": _entry(
        "`gate.on-contract-change`, default fail",
        "The data satisfies the pull request's contract, not the base's.",
        "Merge the new contract first, or set `gate.on-contract-change: warn` in the base.",
    ),
    "column-unknown": _entry(
        "warn",
        "The contract declares a column that the file does not have, and the file has one of nearly that name.",
        "Correct the name in the contract. A column that may be absent is no mistake unless another is called alike.",
    ),
    "drift": _entry(
        "fail or warn, by `drift.severity` of the table, default warn",
        "A column has moved from its reference: the lower limit of the effect is above the threshold.",
        "Look at the column's two distributions in the report. If the change is right, take a new reference.",
    ),
    "drift-unmeasured": _entry(
        "fail or warn, by `drift.severity` of the table, default warn",
        "Drift from the reference could not be measured: the reference cannot be read, a column is gone, or it holds "
        "something else than before.",
        "Correct the reference or the column; `drift.columns` names the columns that are compared.",
    ),
    "table-removed": _entry(
        "`gate.on-contract-change`, default fail",
        "A table with a contract is gone from the configuration.",
        "Restore it, or remove it by the same way as a contract.",
    ),
    "table-reading-changed": _entry(
        "`gate.on-contract-change`, default fail",
        "The pull request declares another `format`, `compression` or `dialect` of a table: the base's contract was "
        "written for cells as the base reads them.",
        "Restore them, or set `gate.on-contract-change: warn` in the base.",
    ),
    # Training
    "brought": _entry("note", "No training command: model and predictions are taken as they are.", "Nothing to do."),
    "training-failed": _entry(
        "fail",
        "The training command ended with another status than 0.",
        "Run `train.run` by hand in the configuration's folder; its last lines stand under Training.",
    ),
    "training-timeout": _entry(
        "fail", "The training command ran longer than `train.timeout` and was ended.", "Raise `train.timeout`."
    ),
    "training-killed": _entry(
        "fail",
        "The training command was ended by a signal, usually because memory ran out.",
        "Use a runner with more memory, or train on less.",
    ),
    "training-wrote-nothing": _entry(
        "fail",
        "The training command ended well, but did not write a file that `train.model` or `train.predictions` names. "
        "Yesterday's file is never taken: it was moved aside before.",
        "Write the file, or correct the name.",
    ),
    "repeat-failed": _entry(
        "warn",
        "`train.repeats` asks for several trainings, and one after the candidate's own did not end well. The candidate "
        "is judged all the same; what the repeats say is said of those that ended.",
        "Run `train.run` by hand with that `MLGATE_TRAIN_SEED`; or raise `train.timeout`.",
    ),
    "repeats-too-few": _entry(
        "note",
        "Fewer than three repeats of the training can be compared, so nothing is said of what the seed changes.",
        "See `repeat-failed`, and whether the repeats' predictions are of the holdout's rows.",
    ),
    "repeat-unusable": _entry(
        "note",
        "What one of the repeated trainings predicts cannot be compared, and is left out of what the repeats say.",
        "Have the command write the same columns and rows with every seed.",
    ),
    "candidate-missing": _entry(
        "fail", "There is no candidate: training failed before.", "See the reason of train-model."
    ),
    # Predictions
    "predictions-unreadable": _entry(
        "fail", "A predictions file cannot be read.", "Write CSV, Parquet or JSON Lines with key and `prediction`."
    ),
    "predictions-incomplete": _entry(
        "fail", "Holdout rows have no prediction.", "Predict every row of `MLGATE_TRAIN_HOLDOUT`."
    ),
    "predictions-extra": _entry(
        "fail", "The predictions have keys that the holdout has not: another table's keys.", "Predict the holdout only."
    ),
    "predictions-duplicate": _entry("fail", "A key is predicted more than once.", "Write one row a key."),
    "predictions-invalid": _entry(
        "fail",
        "A prediction or score is null, NaN, infinite, outside [0, 1] where it is a probability, or a class that the "
        "holdout has not.",
        "Correct the rows named.",
    ),
    "predictions-column-missing": _entry(
        "fail",
        "A column that a rule needs is not in the predictions: the key, `prediction`, `score` or `score_<class>`.",
        "Write the column.",
    ),
    "key-duplicate": _entry("fail", "The holdout has a key more than once.", "Make the key unique."),
    "label-missing": _entry(
        "fail",
        "The holdout lacks a column (key, label, group or weight), has null keys or labels, or weights not above 0.",
        "Correct the name or the table.",
    ),
    "holdout-missing": _entry("fail", "No table is called `holdout`, or it cannot be read.", "Add it under `tables`."),
    # Comparison
    "baseline-missing": _entry(
        "fail",
        "A baseline's predictions cannot be had or cannot be read.",
        "Make the file or branch named available. For `base`, install what its training needs before this step.",
    ),
    "registry-empty": _entry(
        "pass", "Nothing has been promoted yet, so there is nothing to compare with.", "Nothing to do."
    ),
    "metric-undefined": _entry(
        "fail",
        "The metric has no value here: one class only, no predicted positives, no rows.",
        "Use a metric or a holdout on which it has one.",
    ),
    "slice-column-missing": _entry(
        "fail",
        "A rule divides the holdout by a column that the holdout has not, or that has too many different values.",
        "Correct the name under `slices`, add the column to the holdout, or name one with fewer values.",
    ),
    "slice-empty": _entry(
        "fail",
        "A rule asks for slices by `bins`, and no row has a number in that column: no slice has a row.",
        "Name a column of numbers, or remove `bins` to have a slice of each value.",
    ),
    "metric-vanished": _entry(
        "fail", "A rule's metric could not be computed for the task.", "Correct the rule or the label."
    ),
    "worse-than-margin": _entry(
        "fail",
        "The whole interval of the difference lies below the margin.",
        "Look at the rows that flipped, undo what changed, or change the limit in a pull request of its own.",
    ),
    "drop": _entry(
        "fail",
        "A real drop: the interval lies below zero, and the estimate below the margin.",
        "Improve the model, or argue for a wider margin.",
    ),
    "below-floor": _entry(
        "fail",
        "The value is below `at-least`.",
        "Look at the rows that flipped, undo what changed, or change the limit in a pull request of its own.",
    ),
    "above-ceiling": _entry(
        "fail",
        "The value is above `at-most`.",
        "Look at the rows that flipped, undo what changed, or change the limit in a pull request of its own.",
    ),
    "metric-function-invalid": _entry(
        "fail",
        "The function of a metric of your own is not there, asks for what there is not, or gave no finite number for a "
        "row.",
        "Run it on the row that is named; the log of the step has its error. Its file comes from the base.",
    ),
    "over-budget": _entry(
        "fail",
        "The candidate costs more than the baseline, by more than the margin.",
        "Make it cheaper, or change the margin in a pull request of its own. Training time and memory differ from run "
        "to run: leave them room.",
    ),
    "budget-unmeasured": _entry(
        "fail",
        "A number that a budget asks for was not measured: training did not run here, or left no such number.",
        "Let mlgate run the training, and have it write the file that the budget names.",
    ),
    "floor-not-proven": _entry(
        "note; inconclusive for a rule with `proven: true`",
        "The value is on the right side, but the interval crosses the limit.",
        "Add holdout rows, or take the limit that the interval does not cross.",
    ),
    "holdout-too-small": _entry(
        "inconclusive",
        "The interval is wider than the margin: the holdout cannot tell.",
        "Use at least the number of rows named, widen `margin`, or merge knowingly: by default this does not block.",
    ),
    "multiplicity": _entry(
        "inconclusive",
        "The rule would fail alone, not after the correction for the number of rules.",
        "Add holdout rows, or block on fewer rules (`severity: warn`).",
    ),
    "degenerate": _entry(
        "inconclusive", "The models differ, but the method gives no width: too few rows.", "Use a larger holdout."
    ),
    "few-differing-rows": _entry("note", "Fewer than 10 rows carry the difference.", "Read the interval with care."),
    "small-holdout": _entry("note", "The smaller class has fewer than 200 rows.", "Read the interval with care."),
    "unpaired": _entry(
        "note",
        "The baseline's predictions are not known row by row: its recorded value was compared, which tells less.",
        "Promote a model once more, so that its predictions for the holdout are kept.",
    ),
    "waived": _entry(
        "warn at least",
        "The rule fails, and a waiver in `mlgate-waivers.yml` of the base says who answers for it, why, until when.",
        "Mend what the waiver is about before it ends, and remove it.",
    ),
    "waiver-expired": _entry(
        "fails where its rule does",
        "The rule fails, and the waiver that covered it has ended.",
        "Mend what it was about, or extend `until` in a pull request of its own.",
    ),
    "waiver-unknown": _entry(
        "warn",
        "A waiver names a rule or a slice that there is not: it covers nothing.",
        "Correct the name in `mlgate-waivers.yml`, or remove the waiver.",
    ),
    "waivers-unreadable": _entry(
        "warn",
        "The base's `mlgate-waivers.yml` has mistakes: nothing is waived.",
        "Correct the file in a pull request of its own.",
    ),
    "identical": _entry(
        "pass", "Candidate and baseline are the same model, byte for byte, and predict the same.", "Nothing to do."
    ),
    # Registry and promotion
    "promoted": _entry("pass", "The model was promoted: the registry's log has it.", "Nothing to do."),
    "already-promoted": _entry(
        "pass",
        "The registry has this commit's model, or the newest version has the same inputs: nothing was written.",
        "Nothing to do.",
    ),
    "verdict-missing": _entry(
        "fail",
        "No verdict belongs to the commit: it was pushed directly, its check uploaded no artifact, or nothing was "
        "trained although the registry has no such model yet.",
        "Judge the commit in a job of its own, as the three-job example does with `needs-gate`.",
    ),
    "verdict-expired": _entry(
        "fail",
        "The run that judged is known, and its artifact is gone: artifacts live 90 days at most.",
        "Judge the commit again, as the three-job example does with `needs-gate`.",
    ),
    "verdict-untrusted": _entry(
        "fail",
        "The verdict was computed where the pull request could have forged it: by a fork, by a workflow that the pull "
        "request edits, or by a run that may have served another base, with a workflow of that.",
        "Judge the commit again, as the three-job example does with `needs-gate`.",
    ),
    "verdict-stale": _entry(
        "fail",
        "What was merged is not what was judged: the inputs of the model, or bytes of it, differ.",
        "Judge the commit again, as the three-job example does with `needs-gate`. A merge queue, or requiring branches "
        "to be up to date, avoids it.",
    ),
    "verdict-not-accepted": _entry(
        "fail",
        "The verdict's outcome is none that `promote.accept` names, or the tree was dirty.",
        "Improve the model; or add the outcome to `promote.accept`. If the tree was dirty: commit or discard the "
        "changes, and check again.",
    ),
    "origin-refused": _entry(
        "fail",
        "This is no workflow's run, or the verdict comes from a run folder, and `promote.origin` is `ci`.",
        "Let the workflow promote, or set `promote.origin: any`.",
    ),
    "approval-missing": _entry(
        "fail",
        "The stage needs somebody's agreement, and nobody who may give it has.",
        "Run the job in an environment with reviewers, or let another person promote, as `promote.stages` says.",
    ),
    "stage-moved": _entry(
        "fail",
        "The stage before pointed to another version when the promotion was asked for than when it was to be written.",
        "Look at the version that is there now, and run it again; or name the version by `version`.",
    ),
    "version-deprecated": _entry(
        "fail",
        "What was pushed is a version that is deprecated: it has the same inputs, or the very same bytes.",
        "Change what the model is made from: a version that was taken out of use does not come back.",
    ),
    "commit-overtaken": _entry(
        "fail",
        "A later commit of the branch is promoted, and this one is in its history: an old run was started again.",
        "To go back, revert the change in a new commit, or use `mlgate registry rollback`.",
    ),
    "model-taken": _entry(
        "fail",
        "The model's versions belong to another configuration of this repository, which names the same `model`.",
        "Give one of the two configurations another `model`; where one was moved, remove the old file.",
    ),
    "stage-order": _entry(
        "fail",
        "The version has not been in the stage before this one.",
        "Promote it to the earlier stage first: `promote.stages` is an order.",
    ),
    "model-refused": _entry(
        "warn at least; fail in promote-model",
        "The model's file is none of the formats that are safe to load, or claims to be one and is not, or the "
        "registry cannot store it. The check warns, as a merge does no harm; promote-model refuses.",
        "Save the model as skops, ONNX, safetensors, or XGBoost's or LightGBM's own JSON or text; a pickle needs "
        "`promote.allow-pickle: true`, and types in a skops file that nobody has reviewed `promote.trusted-types`.",
    ),
    "model-runs-code": _entry(
        "note",
        "The model is a pickle or the like, and `promote.allow-pickle` lets it be promoted: whoever loads it runs code "
        "that it brings.",
        "Load it only where you trust who trained it; skops, ONNX and safetensors run none.",
    ),
    "registry-unreadable": _entry(
        "exit 5",
        "The registry's branch cannot be fetched or read.",
        "Give the job `contents: read` and the token; the message has git's own words.",
    ),
    "registry-not-pushed": _entry(
        "exit 5",
        "The log lies in this clone's own branch, made when there was no remote, and the remote has none.",
        "Push the log and its tags: the message has the command.",
    ),
    "registry-newer": _entry(
        "exit 5", "A record was written by a newer mlgate than this one.", "Update mlgate: its pin in the workflow."
    ),
    "registry-damaged": _entry(
        "exit 5",
        "The log is not what mlgate writes: a record is missing, altered, or out of the chain.",
        "`mlgate registry verify` names each thing that is wrong; restore the branch from a clone that has it whole.",
    ),
    "registry-rewritten": _entry(
        "exit 5",
        "The log does not continue the one that this clone has seen: somebody has rewritten or cut the branch.",
        "`mlgate registry verify` compares; restore the branch, and protect it from force pushes.",
    ),
    "registry-refused": _entry(
        "exit 5",
        "The host does not let this token write the registry's branch or tags.",
        "Give the job `permissions: {contents: write}`, and let the actions' bot bypass the branch's protection; "
        "on Gitea give it the token of an account that may push there.",
    ),
    "registry-busy": _entry(
        "exit 5", "Others wrote to the registry again and again while this one tried.", "Run the job again."
    ),
    "tag-taken": _entry(
        "exit 5",
        "A tag that the registry needs exists, and the log has not set it: a person or another tool did.",
        "Rename or delete the tag; the registry never moves one.",
    ),
    "tag-missing": _entry(
        "exit 5",
        "A tag that the registry's log has set is gone: somebody deleted it.",
        "Set it again from a clone that has it (`git push origin TAG`), and protect the tags by a rule of the host.",
    ),
    "tag-moved": _entry(
        "exit 5",
        "A tag of the registry was deleted and set again: it leads to another commit, or does not name its record.",
        "Restore it from a clone that has the right one, and protect the tags by a rule of the host.",
    ),
    "page-altered": _entry(
        "exit 5",
        "A page of the registry's branch does not say what the log says: somebody edited it, or another version of "
        "mlgate wrote it.",
        "Believe `mlgate registry show`; the next record writes the pages of its model and the index anew.",
    ),
    "clock-behind": _entry(
        "exit 5", "This machine's clock stands before the registry's last record.", "Correct the clock."
    ),
    "version-unknown": _entry(
        "exit 2", "The registry has no such model, version or stage.", "`mlgate registry show` lists what there is."
    ),
    "nothing-to-roll-back": _entry(
        "exit 2",
        "The stage has never pointed to another version that can be used.",
        "Name a version by `--to`; `mlgate registry history` lists them.",
    ),
    "blob-missing": _entry(
        "exit 5",
        "A store has lost bytes that a record names.",
        "Restore them from a copy; the digest tells the right ones.",
    ),
    "blob-altered": _entry(
        "exit 5", "Bytes in a store are not those that the record names.", "Restore them from a copy with that digest."
    ),
    "store-failed": _entry(
        "exit 5",
        "A store did not take the bytes: no space, no permission, too large.",
        "See the message; run it again.",
    ),
    "signature-wrong": _entry(
        "exit 5",
        "A record is not signed, or by nobody on the list of allowed signers.",
        "Sign with a listed key (`--sign`, `signing-key`); `docs/how-to/recover.md` helps with one that is there.",
    ),
    "holdout-worn": _entry(
        "warn at least",
        "The holdout has judged more often than `gate.holdout-budget` allows: what passes it may be fitted to it.",
        "Collect a new holdout, or raise the budget knowingly.",
    ),
    "promoted-rescored": _entry(
        "note",
        "The holdout differs from the one on which the promoted model was judged: the old model was scored again.",
        "Nothing to do.",
    ),
    "promoted-deprecated": _entry(
        "note",
        "The version with which the candidate was compared is deprecated: its stage still points to it.",
        "Point the stage to another version by `mlgate registry rollback`, or promote a better one.",
    ),
    "predictions-not-kept": _entry(
        "note",
        "The candidate's holdout predictions take more than 20 MB: the registry does not keep them, and a later "
        "candidate is compared with this model by scoring it again.",
        "Have `train.predict` in the configuration before this model is promoted.",
    ),
    # Publishing
    "not-posted": _entry(
        "note",
        "The report could not be posted on the pull request, usually because the token may not write.",
        "Give the job `pull-requests: write`; the job summary has the report.",
    ),
}
