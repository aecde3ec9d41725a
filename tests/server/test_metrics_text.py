"""Metrics as text: what two readers of others make of it, and which format is chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_plain

from levelmark.server.metrics.exposition import Exposition
from levelmark.server.metrics.family import Family

READERS = {Exposition.OPEN: read_open, Exposition.PLAIN: read_plain}
PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
# The readers split lines at characters which the formats do not take for line ends.
LABELS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from('\n"\\{},='))


@pytest.mark.parametrize("form", list(Exposition))
@given(samples=st.dictionaries(st.tuples(LABELS, LABELS), st.floats(0, 1e9), max_size=5))
def test_any_labels_and_numbers_come_back(form: Exposition, samples: dict[tuple[str, str], float]) -> None:
    family = Family("levelmark_things", "Things.", ("blueprint", "team"), tuple(samples.items()))
    (found,) = READERS[form](form.write([family]))
    assert (found.name, found.documentation, found.type) == ("levelmark_things", "Things.", "gauge")
    assert {(one.labels["blueprint"], one.labels["team"]): one.value for one in found.samples} == samples


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", Exposition.PLAIN),
        ("*/*", Exposition.PLAIN),
        ("text/plain", Exposition.PLAIN),
        ("application/openmetrics-text", Exposition.OPEN),
        (PROMETHEUS, Exposition.OPEN),
        ("application/openmetrics-text;q=0.2, text/plain;q=0.8", Exposition.PLAIN),
        ("application/openmetrics-text;q=0", Exposition.PLAIN),
        ("Application/OpenMetrics-Text; version=1.0.0, */*", Exposition.OPEN),
    ],
)
def test_the_format_is_what_the_client_prefers(accept: str, form: Exposition) -> None:
    assert Exposition.of(accept) is form
