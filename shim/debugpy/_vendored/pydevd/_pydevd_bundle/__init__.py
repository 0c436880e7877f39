"""The few modules of pydevd that ipykernel and others import, done by dapper."""
