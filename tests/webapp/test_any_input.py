"""Whatever is sent to whatever address by whomever: never an error of ours, never half of something written, never memory without end.

A bounded number of requests belongs to every run of the tests, always the same. `TRIVSEL_REQUESTS=10000 ./dev test tests/webapp/test_any_input.py`
makes so many others, and prints the one that found something, in its shortest form. They come in slices, and after each the tool that
makes them forgets it: what the process has then kept, the application has.
"""

import ctypes
import gc
import io
import os
import secrets
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from tests.databases import kept
from tests.webapp.any_input import (
    FILES,
    HEADERS,
    MARK,
    METHODS,
    NAMES,
    PEOPLE,
    VALUES,
    Forms,
    World,
    encoded,
    files,
    filled,
    path_to,
    plain_path_to,
)
from tests.webapp.test_protection_doors import report_it  # noqa: F401 - a fixture

#: how many requests belong to every run of the tests
FEW = 500
#: requests after which hypothesis begins anew
SLICE = 100
#: bytes by which the process may grow after the first tenth of the slices: once, and with each request; a page it kept would be more
GROWS_BY, WITH_EACH = 40_000_000, 3_000
#: where forms are sent that stand on every page
ON_EVERY_PAGE = {"/language", "/sign-out", "/search", "/leave"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def world(wednesday, app, settings, signed_in, report_it):  # noqa: F811
    return World(app, settings, signed_in, report_it)


@pytest.fixture
def put_back(world):
    """Lets everything be as it was in the beginning, the date too."""
    with kept(world.database) as put_back_rows:
        yield lambda: (world.shift_file.unlink(missing_ok=True), put_back_rows())


def asked_for():
    """How many requests: always the same few, or as many as were asked for, each time others; and the seed of the first slice."""
    wanted = os.environ.get("TRIVSEL_REQUESTS")
    return int(wanted or FEW), secrets.randbits(32) if wanted else 0


def in_slices(look, *, requests, first, size=SLICE):
    """Let hypothesis look, beginning anew with each slice; the bytes that the process held after each."""
    sizes = []
    for number in range(requests // size):
        afresh = settings(
            max_examples=size,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        print(f"slice {number + 1} of {requests // size}, seed {first + number}")  # seen where it fails
        seed(first + number)(afresh(given(st.data())(look)))()
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)  # what is free is given back, and not counted
        sizes.append(memory())
    return sizes


def grown(sizes):
    """Bytes by which the process has grown once it was warm."""
    return max(sizes) - sizes[max(0, len(sizes) // 10 - 1)]


def memory():
    """Bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def send(world, person, method, path, **what):
    """Send one request; it is answered, and what it leaves in the database is whole."""
    note(f"{person}: {method} {path} {what!r:.2000}")
    response = world.browser(person).open(path, method=method, **what)
    note(str(response.status))
    assert response.status_code < 500
    if response.mimetype == "text/html":
        assert MARK not in response.text
    decided = response.status_code < 400 and response.request.method == "POST"
    # A page of the public form keeps what was typed at once and for good, also when it cannot be accepted yet.
    kept_at_once = {"draft", "draft_file"} if path.startswith("/concern/") and method == "POST" else set()
    assert decided or set(world.changed()) <= kept_at_once
    assert world.faults() == []
    response.close()
    return response


def send_a_form(world, draw, person, path):
    """Open a page as a browser would, and send one of its forms filled in by nobody in their senses."""
    response = send(world, person, "GET", path)
    found = Forms(response.text).found if response.status_code == 200 and response.mimetype == "text/html" else []
    own = [form for form in found if form[0] not in ON_EVERY_PAGE]
    if not found:
        return
    action, method, fields, enctype = draw(st.sampled_from(own if own and draw(st.integers(0, 9)) else found))
    typed = filled(draw, fields)
    if method != "post":
        send(world, person, "GET", f"{action or path}?{encoded(typed)}")
    elif enctype == "multipart/form-data":
        data = {name: [value] for name, value in typed if not any("\ud800" <= c <= "\udfff" for c in name + value)}
        send(
            world,
            person,
            "POST",
            action or path,
            data=data | {"files": [(io.BytesIO(content), name) for name, content in files(draw)]},
        )
    else:
        send(world, person, "POST", action or path, data=encoded(typed), content_type=FORM)


def send_anything(world, draw, person, path):
    """Send bytes that no page of ours would send."""
    fields = draw(st.lists(st.tuples(NAMES, VALUES), max_size=6))
    token = world.token(person)
    query = f"?{encoded(draw(st.lists(st.tuples(NAMES, VALUES.filter(lambda v: len(v) < 3_000)), max_size=3)))}"
    bodies = (
        st.just((encoded([("csrf_token", token), ("seen", "1"), *fields]), FORM)),
        st.tuples(
            st.binary(max_size=300),
            st.sampled_from(
                (FORM, "application/json", "text/plain", "multipart/form-data; boundary=x", "multipart/form-data", "")
            ),
        ),
        st.tuples(st.sampled_from(FILES), st.just("multipart/form-data; boundary=PDF")),
        st.just(("x=" + "%41" * 1_400_000, FORM)),
    )
    body, kind = draw(
        st.integers(0, 20).flatmap(lambda n: bodies[0 if n < 12 else 1 if n < 18 else 2 if n < 20 else 3])
    )
    send(
        world, person, draw(st.sampled_from(METHODS)), path + query, data=body, content_type=kind, headers=draw(HEADERS)
    )


def test_whatever_is_sent_is_answered_and_leaves_nothing_half_written(world, put_back):
    assert world.faults() == []
    requests, first = asked_for()

    def look(data):
        put_back()
        is_form = data.draw(st.integers(0, 9)) < 7
        rule = data.draw(st.sampled_from(world.pages if is_form else world.doors))
        person = data.draw(st.sampled_from(PEOPLE if data.draw(st.integers(0, 5)) == 0 else world.at_home(rule)))
        path = path_to(data.draw, world, rule)
        (send_a_form if is_form else send_anything)(world, data.draw, person, path)

    sizes = in_slices(look, requests=requests, first=first)
    print("MB after each slice:", *(size // 1_000_000 for size in sizes))
    assert grown(sizes) < GROWS_BY + WITH_EACH * requests


@pytest.mark.parametrize(("kept_of_each", "is_seen"), [(0, False), (60_000, True)])
def test_what_an_application_keeps_of_each_request_is_told_from_what_the_tool_remembers(kept_of_each, is_seen):
    requests, kept_for_ever = 1_000, []

    def look(data):
        data.draw(st.lists(st.text(), min_size=5, max_size=9))
        kept_for_ever.append(secrets.token_bytes(kept_of_each))

    sizes = in_slices(look, requests=requests, first=0, size=50)
    assert (grown(sizes) > GROWS_BY + WITH_EACH * requests) is is_seen


def test_every_door_is_asked_by_somebody_who_may_come_there(world, put_back):
    """Each at least once, so that none is left to chance above: its page, and a form of it that says next to nothing."""
    for rule in world.doors:
        path, person = plain_path_to(world, rule), world.at_home(rule)[0]
        for method in sorted({"GET", "POST"} & rule.methods):
            found = world.app.url_map.bind("localhost").match(path, method)
            assert found[0] == rule.endpoint, path
            typed = [("csrf_token", world.token(person)), ("seen", "1"), ("text", "Ord.")]
            body = {"data": encoded(typed), "content_type": FORM} if method == "POST" else {}
            with world.browser(person).open(path, method=method, **body) as response:
                assert response.status_code < 500, (method, rule.rule)
        assert world.faults() == [], rule.rule
        put_back()


def test_request_after_request_takes_no_more_memory(world):
    """Without hypothesis, which remembers what it made. What is cached is there after the first hundred."""
    karin = world.browser("karin")
    asked = [
        ("GET", "/home", {}),
        ("GET", "/referrals", {}),
        ("POST", "/consultations/new", {"data": {"csrf_token": world.token("karin")}}),
    ]
    sizes = []
    for turn in range(600):
        method, path, body = asked[turn % len(asked)]
        with karin.open(path, method=method, **body) as response:
            assert response.status_code == (422 if method == "POST" else 200)
        sizes.append(memory())
    assert max(sizes[-100:]) - max(sizes[:100]) < 10_000_000
