"""Uploads over HTTP and JSON: upload → status → preview → correct, decide, map → accept."""
