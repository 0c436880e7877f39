"""`python -m debugpy.adapter`: dapper's adapter, under the name editors know."""
