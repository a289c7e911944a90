"""What answers a monitor: everybody on the machine may ask, nobody can hold it up, no page in a browser is served."""

import http.client
import socket
import threading
import time
from contextlib import contextmanager, suppress
from http import HTTPStatus

import pytest

from gateway.monitor import server
from gateway.monitor.server import ASKING, MOST, MonitorServer, Page, as_json

LONG = 60


@contextmanager
def serving(host="127.0.0.1", **pages):
    made = {f"/{name}": make for name, make in pages.items()}
    answering = MonitorServer(host, 0, made)
    answering.port = answering.start()
    try:
        yield answering
    finally:
        answering.stop()


def asked(one, path="/health", method="GET", **headers):
    line = http.client.HTTPConnection(one.host, one.port, timeout=LONG)
    try:
        line.request(method, path, headers=headers)
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def hello():
    return as_json({"healthy": True}, well=True)


def raw(one, text):
    """Say something that is not HTTP; gives what is answered until they hang up."""
    with socket.create_connection((one.host, one.port), timeout=LONG) as line:
        line.sendall(text)
        heard = b""
        while some := line.recv(4096):
            heard += some
        return heard


def test_a_page_is_given_with_its_status():
    with serving(health=hello, ill=lambda: as_json({}, well=False)) as one:
        assert asked(one) == (HTTPStatus.OK, b'{"healthy": true}\n')
        assert asked(one, "/health?why=not")[0] == HTTPStatus.OK
        assert asked(one, "/ill")[0] == HTTPStatus.SERVICE_UNAVAILABLE
        assert asked(one, "/")[0] == HTTPStatus.NOT_FOUND
        assert asked(one, method="HEAD") == (HTTPStatus.OK, b"")
        assert asked(one, method="POST")[0] == HTTPStatus.METHOD_NOT_ALLOWED


def test_it_speaks_on_the_other_loopback_too():
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with serving("::1", health=hello) as one:
        assert asked(one)[0] == HTTPStatus.OK


@pytest.mark.parametrize("name", ["evil.example", "evil.example:9", "127.0.0.1.evil.example:9", "10.0.0.1", ""])
def test_a_page_in_a_browser_that_was_led_here_under_another_name_is_shown_nothing(name):
    with serving(health=hello) as one:
        assert asked(one, Host=name)[0] == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "name", ["localhost", "localhost:9100", "127.0.0.1:9100", "[::1]:9100", "LOCALHOST", "127.0.0.9"]
)
def test_whoever_names_this_machine_is_answered(name):
    with serving(health=hello) as one:
        assert asked(one, Host=name)[0] == HTTPStatus.OK


@pytest.mark.parametrize(
    "said", [b"\r\n\r\n", b"GET\r\n\r\n", b"\xff\x00\r\n\r\n", b"GET /health HTTP/1.1\r\n" + b"A: b\r\n" * 5000]
)
def test_what_is_no_question_is_not_answered_and_does_no_harm(said):
    with serving(health=hello) as one:
        with suppress(ConnectionError):  # hung up on before it had said everything
            assert raw(one, said) == b""
        assert asked(one)[0] == HTTPStatus.OK


def test_a_page_that_cannot_be_made_says_no_more_than_that(caplog):
    def fails():
        raise RuntimeError("Karen Testdal")

    with serving(health=fails) as one:
        status, said = asked(one)
    assert status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert b"Karen" not in said
    assert "RuntimeError at test_monitor_server.py" in caplog.text
    assert "Karen" not in caplog.text


def test_those_who_ask_slowly_make_room_the_first_before_the_others():
    with serving(health=hello) as one:
        slow = [socket.create_connection((one.host, one.port), timeout=LONG) for _ in range(3 * MOST)]
        try:
            for line in slow:
                line.sendall(b"GET /health")
            assert asked(one)[0] == HTTPStatus.OK
            assert slow[0].recv(1) == b"", "hung up on"
        finally:
            for line in slow:
                line.close()


def test_who_says_a_little_now_and_then_is_hung_up_on_all_the_same(monkeypatch):
    """The time is for the whole question, not for each word of it."""
    monkeypatch.setattr(server, "SECONDS", 0.2)
    with serving(health=hello) as one, socket.create_connection((one.host, one.port), timeout=LONG) as line:
        until = time.monotonic() + LONG
        try:
            while time.monotonic() < until:
                line.sendall(b"A")
                time.sleep(0.01)
        except ConnectionError:
            pass
        assert time.monotonic() < until


def test_however_many_ask_only_so_many_threads_answer():
    """Nobody gets an answer; that the machine goes on matters more."""
    let_go = threading.Event()

    def slowly():
        let_go.wait(LONG)
        return hello()

    before = threading.active_count()
    with serving(health=slowly) as one:
        lines = []
        try:
            for _ in range(4 * MOST):
                line = socket.create_connection((one.host, one.port), timeout=LONG)
                line.sendall(b"GET /health HTTP/1.1\r\n\r\n")
                lines.append(line)
            assert threading.active_count() <= before + MOST + 1
        finally:
            let_go.set()
            for line in lines:
                line.close()


def test_it_stops_at_once_and_gives_its_port_back():
    with serving(health=hello) as one, socket.create_connection((one.host, one.port), timeout=LONG) as line:
        asked(one)
        one.stop()
        assert line.recv(1) == b""
        until = time.monotonic() + LONG
        while time.monotonic() < until:
            try:
                socket.create_server((one.host, one.port)).close()
                break
            except OSError:
                time.sleep(0.01)
        else:
            pytest.fail("the port is still taken")


def test_an_answer_says_that_nobody_is_to_keep_it():
    with serving(health=lambda: Page(HTTPStatus.OK, "text/plain", b"x")) as one:
        head = raw(one, b"GET /health HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")[0]
    assert b"Cache-Control: no-store" in head
    assert b"nosniff" in head
    assert b"Server" not in head


def test_there_is_room_for_more_who_are_answered_than_who_ask():
    assert ASKING < MOST
