"""dapper beside debugpy, pdb and bare Python, measured in the same run. See `python -m benchmarks --help`."""
