"""Files of rows, and the engine that reads them."""
