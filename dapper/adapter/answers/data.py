"""Requests about data breakpoints: where a value is changed."""
