"""Two versions of a table: which columns to compare and how, the queries as text, and the words for what came out."""
