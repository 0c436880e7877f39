"""Paths as the client and as the program know them."""
import os


def setup_client_server_paths(paths):
    """Add path mappings: pairs of the client's folder and the program's."""
    from dapper.adapter.server import server

    server.debugger.sources.paths.map([(local, remote) for local, remote in paths])


def map_file_to_client(path):
    """(the client's name of a file of this process, whether a mapping changed it)"""
    from dapper.adapter.server import server

    told = server.debugger.sources.to_client(path)
    return told, told != path


def map_file_to_server(path):
    """This process's name of a file of the client's."""
    from dapper.adapter.server import server

    return server.debugger.sources.to_debuggee(path)


def normcase(path):
    """The spelling in which two names of one file are equal."""
    return os.path.normcase(path)


def get_abs_path_real_path_and_base_from_file(filename):
    """(absolute path, path with its links resolved, last part)"""
    path = os.path.abspath(filename)
    return path, os.path.realpath(path), os.path.basename(path)
