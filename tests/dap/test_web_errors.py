"""The filter userUnhandled in Flask and Django: an error of a view stops at its raise, an answer that is raised does not."""

import pytest

FLASK = """
import flask

app = flask.Flask(__name__)

class Expected(Exception):
    pass

@app.errorhandler(Expected)
def expected(error):
    return "expected", 400

@app.route("/missing")
def missing():
    flask.abort(404)

@app.route("/expected")
def raises_expected():
    raise Expected

@app.route("/caught")
def caught():
    try:
        return {}["k"]
    except KeyError:
        return "caught"

@app.route("/error")
def error():
    raise ValueError("no")  # @error

@app.before_request
def before():
    if flask.request.path == "/before":
        raise LookupError  # @before

client = app.test_client()
print([client.get(path).status_code for path in ("/missing", "/expected", "/caught", "/error", "/before", "/none")])
"""

DJANGO = """
import django
from django.conf import settings
settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x", LOGGING_CONFIG=None)
django.setup()
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import path

def missing(request):
    raise Http404

def denied(request):
    raise PermissionDenied

def caught(request):
    try:
        return {}["k"]
    except KeyError:
        return HttpResponse("caught")

def error(request):
    raise ValueError("no")  # @error

urlpatterns = [path(view.__name__, view) for view in (missing, denied, caught, error)]
client = Client(raise_request_exception=False)
print([client.get("/" + name).status_code for name in ("missing", "denied", "caught", "error", "none")])
"""


def test_flask(dap, program):
    pytest.importorskip("flask")
    with dap.launch(program(FLASK), exceptions=["userUnhandled"]) as s:
        assert s.marks_until_end() == ["error", "before"]
        assert "[404, 400, 200, 500, 500, 404]" in s.output("stdout")


def test_django(dap, program):
    pytest.importorskip("django")
    with dap.launch(program(DJANGO), exceptions=["userUnhandled"]) as s:
        assert s.marks_until_end() == ["error"]
        assert "[404, 403, 200, 500, 404]" in s.output("stdout")
