"""Latency: a small answer on an open connection comes at once."""

import time
from statistics import median

from tests.graphql.api.client import Client

_DELAYED_ACKNOWLEDGEMENT_SECONDS = 0.04


def test_no_answer_waits_for_the_client_to_acknowledge_its_first_half(api: Client) -> None:
    taken = []
    for _ in range(21):
        begun = time.perf_counter()
        api.query("{__typename}")
        taken.append(time.perf_counter() - begun)
    assert median(taken) < _DELAYED_ACKNOWLEDGEMENT_SECONDS
