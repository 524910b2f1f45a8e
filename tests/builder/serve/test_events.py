"""Those who listen, and who is let go."""

from __future__ import annotations

import threading

import pytest

from builder.serve.events import Hub


def test_all_who_listen_are_told_in_order() -> None:
    hub = Hub()
    streams = [iter(hub.subscribe()) for _ in range(3)]

    hub.publish("page", {"url": "/posts/中/", "lines": "a\nb\r"})
    hub.publish("style", [1, None])

    for stream in streams:
        assert next(stream) == (
            b"retry: 1000\n\n"
            b'event: page\ndata: {"lines":"a\\nb\\r","url":"/posts/\xe4\xb8\xad/"}\n\n'
            b"event: style\ndata: [1,null]\n\n"
        )


def test_a_new_listener_first_hears_how_things_stand() -> None:
    hub = Hub(lambda: [("hello", 7)])

    assert b"event: hello\ndata: 7\n\n" in next(iter(hub.subscribe()))


def test_nothing_is_missed_between_greeting_and_listening() -> None:
    def greet() -> list[tuple[str, object]]:
        hub.publish("news", 1)
        return [("hello", 0)]

    hub = Hub(greet)

    told = next(iter(hub.subscribe()))

    assert told.index(b"hello") < told.index(b"news")


def test_a_greeting_that_fails_leaves_no_listener_behind() -> None:
    hub = Hub(lambda: [("bad name", 0)])

    with pytest.raises(ValueError, match="bad name"):
        hub.subscribe()

    assert hub.count() == 0


def test_silence_is_filled_with_comments() -> None:
    stream = iter(Hub().subscribe(keep_alive_seconds=0.01))
    next(stream)

    assert [next(stream), next(stream)] == [b":\n\n", b":\n\n"]


def test_who_does_not_keep_up_is_let_go_and_the_others_hear_on() -> None:
    hub = Hub()
    ended: list[str] = []
    hub.subscribe(lambda: ended.append("slow"), most_waiting=5)
    stream = iter(hub.subscribe(lambda: ended.append("quick"), most_waiting=5))

    told = b""
    for number in range(20):
        hub.publish("n", number)
        told += next(stream)

    assert ended == ["slow"]
    assert hub.count() == 1
    assert told.count(b"event: n") == 20


def test_closing_ends_every_stream_at_once_and_later_ones_at_their_beginning() -> None:
    hub = Hub()
    heard: list[list[bytes]] = []
    streams = [hub.subscribe() for _ in range(4)]
    threads = [
        threading.Thread(target=lambda stream: heard.append(list(stream)), args=(stream,))
        for stream in streams
    ]
    for thread in threads:
        thread.start()

    hub.close()

    for thread in threads:
        thread.join(5)
    assert len(heard) == 4
    assert list(hub.subscribe()) == []
    assert hub.count() == 0
    hub.publish("n", 1)


def test_a_stream_is_ended_once() -> None:
    ended: list[int] = []
    hub = Hub()
    stream = hub.subscribe(lambda: ended.append(1))

    stream.close()
    stream.close()
    hub.close()

    assert ended == [1]


@pytest.mark.parametrize("name", ["a\nb", "", "a: b", "中"])
def test_an_event_has_a_name_that_fits_a_line(name: str) -> None:
    with pytest.raises(ValueError, match="no name for an event"):
        Hub().publish(name, 1)
