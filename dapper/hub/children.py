"""Processes below a launched one that reported by themselves: offered to the client, or let go."""
import os
import threading
from _operator import _compare_digest

from dapper.hub import processes
from dapper.hub.config import PROCESS_KEYS

OFFER_TIME = 10.0  #: seconds a client has to take a child up that it was asked to; the child stands still for so long
PROMISED = 20.0  #: seconds more, once it has said that it will
SHORT_OFFER = 0.15  #: the same for a client that may not know what we tell it

#: In the command line of helpers that multiprocessing starts: nobody wants to debug them.
HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.semaphore_tracker")


class Offer:
    """A child that waits for a client.

    Attributes:
        channel, hello: of the child.
        secret: who gives it back is the client we offered it to.
    """

    def __init__(self, family, channel, hello):
        self.channel = channel
        self.hello = hello
        self.pid = hello["pid"]
        self.secret = os.urandom(16).hex()
        self.session = None  # the ClientSession that took it up
        self.promised = False  # did the client say that it will?
        self._family = family

    def taken_by(self, session):
        """A session debugs it from now on."""
        self.session = session

    def over(self):
        """It is debugged no more."""
        self._family.post_over(self)

    def still_open(self):
        """Has nobody taken it up, and does the process wait?"""
        return self.session is None and processes.alive(self.pid)


class Offers:
    """The offers of all sessions of a hub; any thread may use it."""

    def __init__(self):
        self._open = {}
        self._lock = threading.Lock()

    def add(self, offer):
        """Let a client take it."""
        with self._lock:
            self._open[offer.pid] = offer

    def take(self, pid, secret):
        """The Offer of this pid, for who knows its secret; else None."""
        with self._lock:
            offer = self._open.get(pid)
            if offer is None or not _compare_digest(offer.secret.encode(), secret.encode("utf-8", "replace")):
                return None
            return self._open.pop(pid)

    def withdraw(self, offer):
        """Was it still to be had? It is not any more."""
        with self._lock:
            return self._open.pop(offer.pid, None) is not None


class Children:
    """What reported below the program of one session; used by its thread.

    Args:
        session: the ClientSession.
        on_over: called when one of them is debugged no more.
    """

    def __init__(self, session, on_over):
        self._session = session
        self._on_over = on_over
        self._hub = session.hub
        self._offers = {}  # pid → Offer
        self._said = False

    def reported(self, channel, hello):
        """A child says hello, and waits."""
        pid = hello["pid"]
        known = self._offers.get(pid)
        if any(helper in word for helper in HELPERS for word in hello.get("argv", ()) if type(word) is str):
            channel.close()
        elif known is not None and known.session is not None and not known.session.over:
            known.session.post(known.session.joined, channel, hello)  # it has replaced itself by exec
        else:
            self._offer(channel, hello)

    def _offer(self, channel, hello):
        session = self._hub.session_of(hello.get("ppid")) or self._session
        asks = session.client_can("supportsStartDebuggingRequest")
        if self._said and not asks:
            channel.close()  # nobody came for the first one
            return
        offer = Offer(self, channel, hello)
        self._hub.offers.add(offer)
        self._offers[offer.pid] = offer
        host, port = self._hub.client_address()
        configuration = {key: value for key, value in session.start_arguments.items() if key not in PROCESS_KEYS}
        configuration.update(
            name="Subprocess %d" % offer.pid, request="attach", subProcessId=offer.pid, dapperOffer=offer.secret,
            connect={"host": host, "port": port},
        )
        self._hub.log.hide(offer.secret)

        if asks:
            wish = {"request": "attach", "configuration": configuration}
            session.post(session.ask_client, "startDebugging", wish, lambda response: self._answered(offer, response))
            self._session.later(OFFER_TIME, self._expire_unless_promised, offer)
        else:  # debugpy's own event, from before there was that request
            session.event("debugpyAttach", configuration)
            self._session.later(SHORT_OFFER, self._expire_quietly, offer)

    def _answered(self, offer, response):
        if response.get("success"):
            offer.promised = True
        else:
            self._session.post(self._expire, offer)

    def _expire_unless_promised(self, offer):
        """Who debugs many at once on a busy machine needs its time; who never said a word gets no more of it."""
        if offer.promised:
            self._session.later(PROMISED, self._expire, offer)
        else:
            self._expire(offer)

    def _expire_quietly(self, offer):
        if self._hub.someone_is_new():  # it may have come for this
            self._session.later(OFFER_TIME, self._expire, offer)
            return
        self._expire(offer)
        if offer.session is None and not self._said:
            self._said = True
            self._session.say("The program started a child process (pid %d). This client can't debug child processes (it does "
                              "not offer startDebugging), so they run undebugged.\n" % offer.pid)

    def _expire(self, offer):
        if self._hub.offers.withdraw(offer):
            self._remove(offer)
            offer.channel.close()

    def _remove(self, offer):
        if self._offers.get(offer.pid) is offer:
            del self._offers[offer.pid]

    def post_over(self, offer):
        """The session of an offer has ended; any thread may say so."""
        self._session.post(self._over, offer)

    def _over(self, offer):
        self._remove(offer)
        self._on_over()

    def alive(self):
        """Is any of them debugged, or about to be?"""
        for offer in list(self._offers.values()):
            if offer.session is None and not offer.still_open():
                self._expire(offer)
        return bool(self._offers)

    def pids(self):
        """Of those."""
        return list(self._offers)

    def close(self):
        """Let those run that nobody has taken."""
        for offer in list(self._offers.values()):
            self._expire(offer)
