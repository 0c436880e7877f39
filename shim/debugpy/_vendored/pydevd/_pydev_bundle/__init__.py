"""A name of pydevd's; see _pydevd_bundle."""
