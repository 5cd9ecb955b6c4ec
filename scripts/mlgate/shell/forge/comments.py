"""A report as one comment on a pull request: carries out what `core.report.publishing` decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core.report import publishing
from mlgate.core.report.publishing import Action, Comment, Posted
from mlgate.shell.forge.answer import RefusedError, since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.report.publishing import Plan, Post
    from mlgate.shell.forge.answer import Reply
    from mlgate.shell.forge.client import Forge

GONE = (404, 410)


class _VanishedError(Exception):
    """A comment that was listed is gone."""


@dataclass(frozen=True, kw_only=True)
class CommentPublisher:
    """Publishes a report as a comment that is updated in place."""

    forge: Forge

    def publish(self, post: Post) -> Posted:
        """Create or update our comment.

        Raises:
            RefusedError: With what the forge said.
        """
        try:
            return self._publish(post)
        except _VanishedError:  # somebody deleted it under our hands
            return self._publish(post)

    def _publish(self, post: Post) -> Posted:
        plan, first = self._plan(post)
        if plan.action is not Action.CREATE:
            return self._carry_out(plan, post)
        created = self._create(post)
        if created.author not in post.authors:
            return Posted(posted=True, id=created.id, url=created.url, stranger=created.author)
        plan, _ = self._plan(post, since(first), created)
        return self._carry_out(plan, post)

    def _plan(
        self, post: Post, query: Mapping[str, str] | None = None, created: Comment | None = None
    ) -> tuple[Plan, Reply]:
        pages = list(self.forge.pages(_thread(post), query))
        comments = [comment_of(item) for page in pages for item in page.data]
        mine = publishing.ours([*comments, *([created] if created else [])], post.marker.key, post.authors)
        return publishing.plan(mine, post.marker, post.body), pages[0]

    def _create(self, post: Post) -> Comment:
        return comment_of(self.forge.call("POST", _thread(post), body={"body": post.body}).data)

    def _carry_out(self, plan: Plan, post: Post) -> Posted:
        target = plan.target
        if target is None:
            raise RefusedError("no comment is left to update", remedy="Run the job again.")
        mine = plan.action is not Action.YIELD
        if plan.action is Action.UPDATE:
            mine = self._update(target, plan.body, post)
        for double in plan.delete:
            self._delete(double, post)
        return Posted(posted=mine, id=target.id, url=target.url)

    def _update(self, target: Comment, body: str, post: Post) -> bool:
        """Write `body`, unless a newer run was faster since the listing; return whether the comment shows this run."""
        fresh = self._read(target, post)
        decision = publishing.plan([fresh], publishing.marker_of(body) or post.marker, body)
        if decision.action is Action.UPDATE:
            self.forge.call("PATCH", _single(target, post), body={"body": body})
        shown = publishing.marker_of(fresh.body if decision.action is Action.YIELD else body)
        return shown == post.marker

    def _read(self, target: Comment, post: Post) -> Comment:
        try:
            return comment_of(self.forge.call("GET", _single(target, post)).data)
        except RefusedError as error:
            if error.http_status in GONE:
                raise _VanishedError from None
            raise

    def _delete(self, double: Comment, post: Post) -> None:
        try:
            self.forge.call("DELETE", _single(double, post))
        except RefusedError as error:
            if error.http_status not in GONE:  # another job may have been faster
                raise


def _thread(post: Post) -> str:
    return f"/repos/{post.repository}/issues/{post.pull_request.number}/comments"


def _single(comment: Comment, post: Post) -> str:
    return f"/repos/{post.repository}/issues/comments/{comment.id}"


def comment_of(item: Any) -> Comment:
    """Return a comment as the forge tells it.

    Raises:
        RefusedError: If it is none.
    """
    user = item.get("user") if isinstance(item, dict) else None
    if not isinstance(item, dict) or type(item.get("id")) is not int:
        raise RefusedError("the forge's answer is no comment", remedy="Check GITHUB_API_URL.")
    author = user.get("login") if isinstance(user, dict) else None
    return Comment(
        id=item["id"], author=str(author or ""), body=str(item.get("body") or ""), url=str(item.get("html_url") or "")
    )
