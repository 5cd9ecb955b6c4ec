"""PyYAML's scanner, made to refuse what YAML 1.2 refuses.

PyYAML reads YAML 1.1 and is lenient about comments, indentation inside brackets and quotes, and directives: it would
give a meaning to documents that other readers refuse. The pure Python scanner is used everywhere, never libyaml: the
two differ, and a configuration must mean the same on every machine.
"""

from __future__ import annotations

from typing import Any, NoReturn

import yaml
from yaml.scanner import ScannerError

_BEFORE_DIRECTIVE = (yaml.StreamStartToken, yaml.DocumentEndToken, yaml.DirectiveToken)


class StrictLoader(yaml.SafeLoader):
    """Events of a YAML document; `yaml.parse(text, Loader=StrictLoader)`."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._text = stream
        self._last: yaml.Token | None = None

    def get_token(self) -> Any:
        """Hand the parser its next token, unless it is a directive amid content."""
        token = super().get_token()  # type: ignore[no-untyped-call]
        if isinstance(token, yaml.DirectiveToken) and not isinstance(self._last, _BEFORE_DIRECTIVE):
            self._refuse("a directive stands after content", token.start_mark)
        self._last = token
        return token

    def scan_to_next_token(self) -> None:
        """Skip space and comments; a comment needs a space before it, and brackets keep their block's indentation."""
        before = self.index
        super().scan_to_next_token()
        if self._text[before : before + 1] == "#" and before and self._text[before - 1] not in " \t\r\n":
            self._refuse("a comment needs a space before its #", None)
        flow_continues = self.flow_level > 0 and self.column <= self.indent
        if flow_continues and self.peek() not in "]}\0" and "\n" in self._text[before : self.index]:
            self._refuse("a line inside brackets is indented less than what it belongs to", None)

    def scan_block_scalar(self, style: str) -> Any:
        """Scan a literal or folded text; a comment after its indicator needs a space before it."""
        header = self._text[self.index : self._text.find("\n", self.index)].split(" ")[0]
        if "#" in header:
            self._refuse("a comment needs a space before its #", None)
        return super().scan_block_scalar(style)

    def scan_flow_scalar(self, style: str) -> Any:
        """Scan a quoted text; its later lines must be indented by spaces."""
        token = super().scan_flow_scalar(style)
        self._check_lines(token)
        return token

    def scan_plain(self) -> Any:
        """Scan an unquoted text; inside brackets its later lines must be indented, and `-` alone is none."""
        token = super().scan_plain()
        if self.flow_level:
            self._check_lines(token)
            if token.value == "-":
                self._refuse("a dash stands alone inside brackets", token.start_mark)
        return token

    def scan_anchor(self, TokenClass: Any) -> Any:  # noqa: N803 - the name is PyYAML's
        """Scan the name of an anchor or alias; YAML 1.2 counts marks to the name that PyYAML ends it at."""
        token = super().scan_anchor(TokenClass)  # type: ignore[no-untyped-call]
        if self.peek() in "?:%@`":
            self._refuse("a name of an anchor with other characters than letters, digits, - and _", token.start_mark)
        return token

    def _check_lines(self, token: Any) -> None:
        for line in self._text[token.start_mark.index : token.end_mark.index].split("\n")[1:]:
            spaces = len(line) - len(line.lstrip(" "))
            if line.strip() and spaces <= self.indent:
                self._refuse("a text continues on a line that is not indented by spaces", token.start_mark)

    def _refuse(self, message: str, mark: Any) -> NoReturn:
        raise ScannerError(None, None, message, mark or self.get_mark())
