"""What programs do with pydevd's debugger object, above all to stop where a test has failed."""
import sys


class GlobalDebugger:
    """Stands for dapper's debugger."""

    @property
    def connected(self):
        """Whether a client is there."""
        import debugpy

        return debugpy.is_client_connected()

    def stop_on_unhandled_exception(self, *args):
        """Stop where an exception came from, as if nobody had caught it.

        Args:
            args: whatever pydevd wants; the last one is (type, exception, traceback).
        """
        import debugpy

        debugpy.trigger_exception_handler(tuple(args[-1]), as_uncaught=True)

    def enable_tracing(self, *args, **kwargs):
        """Have breakpoints work on the calling thread."""
        import debugpy

        debugpy.debug_this_thread()

    def disable_tracing(self):
        """Have no breakpoints work on the calling thread."""
        import debugpy

        debugpy.trace_this_thread(False)

    def set_trace_for_frame_and_parents(self, *args, **kwargs):
        """Have breakpoints work on the calling thread."""
        self.enable_tracing()


_one = GlobalDebugger()


def current():
    """The one object of its kind, or None while no client can be there."""
    server = sys.modules.get("dapper.adapter.server")
    return _one if server is not None and server.server.is_open else None
