"""debugpy starts programs through a launcher of its own; dapper starts them with their own command and has none."""
