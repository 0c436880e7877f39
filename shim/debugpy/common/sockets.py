"""Sockets as far as others use them."""
import socket


def create_server(host, port=0, backlog=socket.SOMAXCONN, timeout=None):
    """A listening socket; no host is the loopback, port 0 any."""
    server = socket.socket(socket.AF_INET6 if host and ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        server.settimeout(timeout)
        server.bind((host or "127.0.0.1", port))
        server.listen(backlog)
    except OSError:
        server.close()
        raise
    return server


def create_client():
    """A socket that is not connected yet."""
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def close_socket(sock):
    """Hang up; one that was not connected is only closed."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # nobody is at the other end
    sock.close()
