"""How often somebody may ask: counted in the shared cache, so that it holds over all processes."""

import logging
import time

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def seconds_to_wait(key: str, most: int, window: int = 60) -> int:
    """Count one request under `key`; 0 while there were at most `most` in this window of so many seconds.

    Else the seconds until the window ends. Redis counts, so that no two processes count the same.
    Without a cache nobody is stopped: the limit protects from floods, and is not worth an outage.
    """
    try:
        if cache.add(key, 1, window):
            cache.set(f"{key}:until", time.time() + window, window)
            return 0
        if cache.incr(key) <= most:
            return 0
        until = cache.get(f"{key}:until") or 0
    except ValueError:  # the window ended between the two questions
        return 0
    except RedisError:
        logger.warning("the cache does not answer; requests are not counted")
        return 0
    return max(1, round(until - time.time()))
