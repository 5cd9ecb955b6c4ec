"""How a verdict came about, in plain words: one text for the command, the comment and the page."""
