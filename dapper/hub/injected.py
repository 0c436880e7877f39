"""A target that knows nothing of us: a process we attach to by its number, which is made to dial."""
from dapper.hub import processes, streams
from dapper.hub.inject import Injection
from dapper.hub.obstacles import DAPPER
from dapper.hub.targets import Attached
from dapper.protocol.errors import DapError

HINT = 3.0  #: seconds after which we say what an injection waits for


class Injected(Attached):
    """A process by its number."""

    def __init__(self, session, attach):
        super().__init__(session, attach)
        self._ticket = None
        self._injection = None
        self._waited = 0

    def begin(self):
        attach, session = self._attach, self.session
        self._ticket = session.hub.door.expect(lambda channel, hello: session.post(self._arrived, channel, hello))
        order = {"package": DAPPER, "ticket": self._ticket}
        self._injection = Injection(attach.process, order, attach.remote_exec, attach.prefer_lldb)
        streams.spawn(self._work, self._injection.run)
        session.later(HINT, self._say_what_lasts)

    def _work(self, work):
        try:
            work()
        except DapError as error:
            self.session.post(self._failed, error)

    def _failed(self, error):
        self._done()
        if self.session.root is None:
            self.session.refused(error)

    def _say_what_lasts(self):
        if self._injection is None:
            return
        self._waited += HINT
        if self._waited == HINT:
            streams.spawn(self._work, self._injection.insist)
        if not processes.alive(self._attach.process):
            self._failed(DapError("no_debuggee", why="process %d has ended" % self._attach.process))
            return
        self.session.say("Attaching to process %d … (%d s) Its main thread has to run Python code for that.\n"
                         % (self._attach.process, self._waited))
        self.session.later(HINT, self._say_what_lasts)

    def _arrived(self, channel, hello):
        if self.session.root is not None:
            channel.close()
            return
        self._done()
        if hello.get("startMethod") == "busy":
            channel.close()
            self.session.refused(DapError("no_debuggee", why="another client debugs it"))
        else:
            self.session.joined(channel, hello)

    def close(self):
        super().close()
        self._done()

    def _done(self):
        """Nobody is awaited any more."""
        if self._ticket is not None:
            self.session.hub.door.forget(self._ticket)
        injection, self._injection = self._injection, None
        if injection is not None:
            injection.close()
