"""Packages of type plugins extend this one; dapper shows values by its own views and loads none."""
__path__ = __import__("pkgutil").extend_path(__path__, __name__)
