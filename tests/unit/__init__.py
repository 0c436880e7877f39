"""Pure parts, tested alone."""
