"""The language both processes speak: DAP frames, errors and what we claim. Imports nothing else of dapper."""
