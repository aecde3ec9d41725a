"""Pure decisions: documents are judged, scorecards compiled, entities evaluated; no IO, no clock, no log."""
