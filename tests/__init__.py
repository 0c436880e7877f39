"""dapper's tests. They stand outside: a real client, a real hub, a real program."""
