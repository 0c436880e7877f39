"""Between editor and debuggees: starts programs, pairs clients with them, follows the processes. Imports protocol only."""
