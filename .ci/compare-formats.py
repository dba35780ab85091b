#!/usr/bin/python3
"""Reads a scrape in both formats with Prometheus' own Python client, which rejects what is not to the letter, and fails
unless they hold the same samples. Usage: compare-formats.py TEXT OPENMETRICS (files)."""
import sys

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as text


def samples(families):
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


with open(sys.argv[1]) as plain, open(sys.argv[2]) as open_metrics:
    one = samples(text.text_string_to_metric_families(plain.read()))
    other = samples(openmetrics.text_string_to_metric_families(open_metrics.read()))
moving = [key for key in one if key[0].endswith("_timestamp_seconds")]
for key in moving:
    one.pop(key), other.pop(key)
if one != other or len(one) < 20:
    sys.exit(f"{len(one)} and {len(other)} samples, not the same: {set(one.items()) ^ set(other.items())}")
print(f"ok: both formats hold the same {len(one)} samples")
