"""The byte-bounded LRU cache, and the single-flight cache: concurrent requests share one computation."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.server.single_flight import OVERHEAD, ByteCache, SingleFlight


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 400)), max_size=60))
def test_never_more_bytes_than_the_limit(puts):
    cache = ByteCache(3000)
    expected = {}
    for key, size in puts:
        cache.put(key, bytes(size))
        expected.setdefault(key, size)
        cached = [k for k in expected if cache.get(k) is not None]
        assert cache.size == sum(len(cache.get(k)) + OVERHEAD for k in cached) <= 3000


def test_the_least_recently_used_goes_first():
    cache = ByteCache(3 * (100 + OVERHEAD))
    for key in "abc":
        cache.put(key, bytes(100))
    cache.get("a")
    cache.put("d", bytes(100))
    assert [k for k in "abcd" if cache.get(k)] == ["a", "c", "d"]


class Maker:
    """Makes one body, slowly, and counts how often."""

    def __init__(self, error=None):
        self.calls, self.error = 0, error

    async def __call__(self):
        self.calls += 1
        await asyncio.sleep(0.02)
        if self.error:
            raise self.error
        return b"body"


def test_concurrent_requests_make_it_once():
    async def go():
        once, maker = SingleFlight(10_000), Maker()
        bodies = await asyncio.gather(*(once.get("key", maker) for _ in range(50)))
        assert set(bodies) == {b"body"}
        assert await once.get("key", maker) == b"body"
        return maker.calls

    assert asyncio.run(go()) == 1


def test_an_error_reaches_all_waiters_and_is_not_cached():
    async def go():
        once, broken, working = SingleFlight(10_000), Maker(OSError("disk")), Maker()
        results = await asyncio.gather(*(once.get("key", broken) for _ in range(5)), return_exceptions=True)
        assert [str(e) for e in results] == ["disk"] * 5
        assert await once.get("key", working) == b"body"
        return broken.calls, working.calls

    assert asyncio.run(go()) == (1, 1)


@pytest.mark.parametrize("who", [0, 1, 2])
def test_cancelling_a_waiter_does_not_cancel_the_others(who):
    async def go():
        once, maker = SingleFlight(10_000), Maker()
        callers = [asyncio.create_task(once.get("key", maker)) for _ in range(3)]
        await asyncio.sleep(0.005)
        callers[who].cancel()
        results = await asyncio.gather(*callers, return_exceptions=True)
        assert isinstance(results[who], asyncio.CancelledError)
        assert [t for t in results if isinstance(t, bytes)] == [b"body"] * 2
        return maker.calls

    assert asyncio.run(go()) == 1


def test_when_all_waiters_are_cancelled_the_result_is_cached():
    async def go():
        once, maker = SingleFlight(10_000), Maker()
        caller = asyncio.create_task(once.get("key", maker))
        await asyncio.sleep(0.005)
        caller.cancel()
        await asyncio.sleep(0.04)
        assert once.cache.get("key") == b"body"
        return maker.calls

    assert asyncio.run(go()) == 1


def test_an_error_without_waiters_is_not_logged(caplog):
    async def go():
        once, maker = SingleFlight(10_000), Maker(OSError("disk"))
        caller = asyncio.create_task(once.get("key", maker))
        await asyncio.sleep(0.005)
        caller.cancel()
        await asyncio.sleep(0.04)
        return once

    asyncio.run(go())
    assert caplog.records == []


@pytest.mark.parametrize("times", [1, 3])
def test_the_cancelled_first_waiter_ends_with_the_work(times):
    async def go():
        once, finished = SingleFlight(10_000), asyncio.Event()

        async def make():
            await finished.wait()
            return b"body"

        first, second = (asyncio.create_task(once.get("key", make)) for _ in range(2))
        for _ in range(times):
            await asyncio.sleep(0.005)
            first.cancel()
            second.cancel()
        await asyncio.sleep(0.005)
        assert (first.done(), second.cancelled()) == (False, True)
        finished.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert once.cache.get("key") == b"body"

    asyncio.run(go())
